namespace Sweep.Silo.Hosting;

/// <summary>
/// Stops the silo when its standard input ends, since that means that its parent process is gone and can no longer stop it.
/// </summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A separate thread is used, since reading the console blocks and cannot be cancelled.
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[64];
            while (input.Read(ignored) > 0)
            {
            }

            lifetime.StopApplication();
        })
        { IsBackground = true, Name = "parent" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
