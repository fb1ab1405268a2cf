namespace Sweep.Client.Clusters;

/// <summary>A cluster that is opened when it is first needed, so that a wrong file is refused before anything starts.</summary>
internal sealed class LazyCluster(Func<Task<Cluster>> open) : IAsyncDisposable
{
    private Task<Cluster>? _cluster;

    public Task<Cluster> GetAsync() => _cluster ??= open();

    public async ValueTask DisposeAsync()
    {
        if (_cluster is { IsCompletedSuccessfully: true })
            await (await _cluster).DisposeAsync();
    }
}
