namespace Sweep.Silo.Hosting;

/// <summary>Whether this silo can take work: what <c>/readyz</c> answers.</summary>
public sealed class Readiness
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    public void Set() => _ready.TrySetResult();

    public Task WaitAsync(CancellationToken cancellation) => _ready.Task.WaitAsync(cancellation);
}
