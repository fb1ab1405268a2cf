using Sweep.Silo.Delivery;

namespace Sweep.Tests.Worker;

/// <summary>Which errors of a call are waited out.</summary>
public sealed class RetryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_that_expired_on_its_way_is_sent_again()
    {
        Exception[] errors =
        [
            new OperationCanceledException("Message expired before placement could complete for grain sweep/44."),
            new TimeoutException(),
            new TaskCanceledException(),
        ];
        var calls = 0;
        var failed = new List<Exception>();
        var answer = await Retry.UntilItSucceedsAsync(
            () => calls++ < errors.Length ? Task.FromException<int>(errors[calls - 1]) : Task.FromResult(7),
            TimeProvider.System,
            Cancellation,
            failed.Add);
        Assert.Equal(7, answer);
        Assert.Equal(errors, failed);
    }

    [Fact]
    public async Task A_call_that_is_given_up_is_not_made_again()
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var calls = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Retry.UntilItSucceedsAsync(
            async () =>
            {
                calls++;
                await giveUp.CancelAsync();
                giveUp.Token.ThrowIfCancellationRequested();
                return 7;
            },
            TimeProvider.System,
            giveUp.Token,
            error => Assert.Fail($"{error}")));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Another_error_is_not_waited_out() => await Assert.ThrowsAsync<InvalidOperationException>(
        () => Retry.UntilItSucceedsAsync(
            () => Task.FromException<int>(new InvalidOperationException()), TimeProvider.System, Cancellation, _ => { }));
}
