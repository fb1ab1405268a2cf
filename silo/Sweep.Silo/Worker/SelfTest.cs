using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>A training so small that only the slot can be at fault when it fails: one epoch of a tiny model on a sentence.</summary>
internal static class SelfTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("to train or not to train");
    private static readonly string Sha256 = Convert.ToHexStringLower(SHA256.HashData(Text));

    private static readonly Task<TrainerCommand.Stop> NeverStopped = new TaskCompletionSource<TrainerCommand.Stop>().Task;

    private static readonly TrainerCommand.Train Training = new(
        Trial: 0,
        Attempt: 0,
        new TrialParameters(
            CellKind.Rnn,
            SequenceLength: 2,
            HiddenSize: 8,
            Layers: 1,
            FullyConnected: [],
            LearningRate: 0.01,
            BatchSize: null,
            Dropout: 0,
            Epochs: 1,
            OptimizerKind.Adam,
            WeightDecay: 0,
            GradientClipping: 0,
            Seed: 1),
        SplitKind.Random,
        Validation: 0.2,
        new Objective(Metric.ValLoss, Goal.Minimize),
        CheckpointEvery: 3600);

    /// <summary>
    /// Tests a slot and records the result in its health. The caller must hold a place on the slot's device, and nothing else may run on
    /// the slot.
    /// </summary>
    /// <returns>Why the test failed, or null when it passed.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled. Nothing else is thrown.</exception>
    public static async Task<string?> RunAsync(Slot slot, CancellationToken cancellation)
    {
        var complaint = await ComplaintAsync(slot, cancellation);
        if (complaint is null)
            slot.Health.Passed();
        else
            slot.Health.FailedSelfTest(complaint);
        return complaint;
    }

    private static async Task<string?> ComplaintAsync(Slot slot, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            var trainer = await slot.TrainerAsync(limit.Token);
            trainer.Begin(new Unheeded(), StallWatch.None);
            await trainer.LoadTextAsync(Sha256, Text, limit.Token);
            return await trainer.TrainAsync(Training, NeverStopped, limit.Token) switch
            {
                TrainerOutcome.Succeeded => null,
                TrainerOutcome.Failed(_, var message) => message,
                TrainerOutcome.Died(var how) => how,
                var other => $"the self-test ended with {other}",
            };
        }
        catch (TrainerStartException error)
        {
            return error.Message;
        }
        catch (Exception error)
        {
            cancellation.ThrowIfCancellationRequested();
            return error is OperationCanceledException
                ? $"the self-test did not end within {Limit.TotalSeconds:0} s"
                : $"{error.GetType().Name}: {error.Message}";
        }
        finally
        {
            // What the trainer may still report must not reach a trial.
            await slot.DiscardUnusableAsync();
        }
    }

    /// <summary>Drops everything, because only the outcome of a self-test counts.</summary>
    private sealed class Unheeded : ITrainingListener
    {
        public void Log(string line)
        {
        }

        public Task EpochFinishedAsync(EpochMetrics report) => Task.CompletedTask;

        public void CheckpointWritten(int epoch, int step, byte[] data)
        {
        }
    }
}
