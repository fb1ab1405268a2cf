using System.Security.Cryptography;
using System.Text;
using Sweep.Domain.Protocol;
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

    private static readonly TrainerCommand.Train Training = new(
        Trial: 0,
        Attempt: 0,
        new TrialParameters(
            CellKind.Rnn, SequenceLength: 2, HiddenSize: 8, Layers: 1, FullyConnected: [], LearningRate: 0.01, BatchSize: null, Dropout: 0, Epochs: 1,
            OptimizerKind.Adam, WeightDecay: 0, GradientClipping: 0, Seed: 1),
        SplitKind.Random,
        Validation: 0.2,
        new Objective(Metric.ValLoss, Goal.Minimize),
        CheckpointEvery: 3600);

    /// <summary>Tests a slot on which nothing runs, within a place on its device, and keeps what it finds in the slot's health.</summary>
    /// <returns>Why it failed, or null.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled; nothing else is thrown.</exception>
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
            trainer.Log = null;
            slot.Dataset = Sha256;
            await trainer.SendAsync(new TrainerCommand.LoadDataset(Sha256), Text, limit.Token);
            await trainer.SendAsync(Training, default, limit.Token);
            while (await trainer.ReceiveAsync(limit.Token) is { } received)
            {
                switch (received.Event)
                {
                    case TrainerEvent.Succeeded:
                        return null;
                    case TrainerEvent.Failed(_, var message):
                        return message;
                    default:
                        break;
                }
            }

            return trainer.Death ?? "the trainer ended";
        }
        catch (TrainerStartException error)
        {
            return error.Message;
        }
        catch (Exception error)
        {
            // What it may still say must not reach a trial.
            await slot.DiscardAsync();
            cancellation.ThrowIfCancellationRequested();
            return error is OperationCanceledException ? $"the self-test did not end within {Limit.TotalSeconds:0} s" : $"{error.GetType().Name}: {error.Message}";
        }
    }
}
