namespace Sweep.Silo.Trainers;

/// <summary>
/// Ends trainers without waiting for ever. A process that waits for a disk or a driver survives even SIGKILL until that answers.
/// </summary>
internal static class TrainerEnd
{
    /// <summary>The longest wait for a killed process. Most are gone within milliseconds.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <returns>False when the trainer was killed and has not ended within the limit.</returns>
    public static async Task<bool> EndAsync(this ITrainer trainer, TimeProvider time)
    {
        var ending = trainer.DisposeAsync().AsTask();
        try
        {
            await ending.WaitAsync(Limit, time);
            return true;
        }
        catch (Exception)
        {
            // An error that keeps the trainer from ending must not keep its slot busy.
            return false;
        }
    }
}
