namespace Sweep.Silo.Worker;

/// <summary>Whether this silo can take work. <c>/readyz</c> answers by it.</summary>
public sealed class Readiness
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    public void Set() => _ready.TrySetResult();

    public Task WaitAsync(CancellationToken cancellation) => _ready.Task.WaitAsync(cancellation);
}
