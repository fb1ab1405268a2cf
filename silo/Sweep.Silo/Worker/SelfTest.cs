using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Silo.Trainers;

namespace Sweep.Silo.Worker;

/// <summary>
/// Trainings so small that only the slot can be at fault when one fails: one epoch of a tiny model of each cell on a sentence, with dropout
/// and clipping, which use parts of a device that other trainings do not.
/// </summary>
internal static class SelfTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("to train or not to train");
    private static readonly string Sha256 = Convert.ToHexStringLower(SHA256.HashData(Text));

    private static readonly Task<TrainerCommand.Stop> NeverStopped = new TaskCompletionSource<TrainerCommand.Stop>().Task;

    private static readonly TrainerCommand.Train[] Trainings = [.. Enum.GetValues<CellKind>().Select(Training)];

    private static TrainerCommand.Train Training(CellKind cell) => new(
        Trial: 0,
        Attempt: 0,
        new TrialParameters(
            cell,
            SequenceLength: 2,
            HiddenSize: 8,
            Layers: 2,
            FullyConnected: [],
            LearningRate: 0.01,
            BatchSize: null,
            Dropout: 0.5,
            Epochs: 1,
            OptimizerKind.Adam,
            WeightDecay: 0,
            GradientClipping: 1,
            Seed: 1),
        SplitKind.Windows,
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
        // An error can leave a GPU's context useless, and the memory that a trainer keeps there is missing elsewhere.
        if (slot.IsOnGpu)
            await slot.DiscardAsync();
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
            var trainer = await slot.TrainerAsync(TrainerKind.Model, limit.Token);
            foreach (var training in Trainings)
            {
                trainer.Begin(new Unheeded(), StallWatch.None);
                await trainer.LoadTextAsync(Sha256, Text, limit.Token);
                var outcome = await trainer.TrainAsync(training, NeverStopped, limit.Token);
                if (outcome is not TrainerOutcome.Succeeded)
                    return Complaint(outcome);
            }

            return null;
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

    private static string Complaint(TrainerOutcome outcome) => outcome switch
    {
        TrainerOutcome.Failed(_, var message) => message,
        TrainerOutcome.Died(var how) => how,
        _ => $"the self-test ended with {outcome}",
    };

    /// <summary>Drops everything, because only the outcome of a self-test counts.</summary>
    private sealed class Unheeded : ITrainingListener
    {
        public void Log(string line)
        {
        }

        public void Began(AttemptEnvironment environment)
        {
        }

        public void Progressed(double? share)
        {
        }

        public Task EpochFinishedAsync(EpochReport report) => Task.CompletedTask;

        public Task<bool> GoesOnAsync(int epoch) => Task.FromResult(true);

        public void CheckpointWritten(int epoch, int step, byte[] data)
        {
        }
    }
}
