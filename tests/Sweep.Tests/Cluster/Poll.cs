namespace Sweep.Tests.Cluster;

/// <summary>Waits for what happens in another process or grain, and says what it waited for.</summary>
internal static class Poll
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <param name="found">What there was instead, for the message.</param>
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
