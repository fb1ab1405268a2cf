namespace Sweep.Tests.Cluster;

/// <summary>Waits for an event in another process or grain. A time-out names what was waited for.</summary>
internal static class Poll
{
    /// <summary>Only a defect takes this long: the other tests that run meanwhile can make a second of work take twenty.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="found">Returns the last state found, for the message of a time-out.</param>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, Func<object?>? found = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"waited {Patience.TotalSeconds} s for {what}; found {found?.Invoke()}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
