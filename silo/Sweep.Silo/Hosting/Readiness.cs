namespace Sweep.Silo.Hosting;

/// <summary>Whether this silo can take work: what <c>/readyz</c> answers.</summary>
public sealed class Readiness
{
    private readonly TaskCompletionSource _worker = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReady => _worker.Task.IsCompletedSuccessfully;

    public void WorkerIsReady() => _worker.TrySetResult();

    public Task WaitAsync(CancellationToken cancellation) => _worker.Task.WaitAsync(cancellation);
}
