namespace Sweep.Silo.Trainers;

/// <summary>Ends trainers without waiting for ever: a process that waits for a disk or a driver survives even SIGKILL until that answers.</summary>
internal static class TrainerEnd
{
    /// <summary>A killed process is gone within milliseconds otherwise.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <returns>False when it was killed and lives on.</returns>
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
            // Whatever keeps it from ending must not keep its slot.
            return false;
        }
    }
}
