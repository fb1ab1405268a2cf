using System.Globalization;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Trainer.Data;
using Sweep.Trainer.Models.Passes;
using static TorchSharp.torch;

namespace Sweep.Trainer.Training;

/// <summary>
/// Trains from the position of the given state to the last epoch; each epoch consists of steps, validation, report and checkpoint. The loop
/// runs on one thread and nothing in it may await, since the dispose scopes of tensors belong to a thread.
/// </summary>
/// <param name="say">Sends an event and its payload.</param>
/// <param name="stop">Returns the stop that was requested since the last call, or null.</param>
/// <param name="judgement">Waits at the end of an epoch until the trial is judged, and returns a stop, or null when it goes on.</param>
internal sealed class TrainingLoop(
    TrainerCommand.Train trial, TextWindows windows, TrainingState state, TimeProvider clock, Action<TrainerEvent, byte[]> say,
    Func<TrainerCommand.Stop?> stop, Func<TrainerCommand.Stop?>? judgement = null)
{
    /// <summary>
    /// Windows in a batch of the validation. Larger batches are slower on a CPU, and smaller ones on a GPU, where the states of a layer may
    /// take half a gigabyte.
    /// </summary>
    private readonly int _validationBatch = state.IsOnGpu
        ? (int)Math.Clamp((1 << 27) / ((long)trial.Parameters.SequenceLength * trial.Parameters.HiddenSize), 64, 4096)
        : 512;

    private readonly TrialParameters _parameters = trial.Parameters;
    private readonly long _batch = Math.Min(trial.Parameters.BatchSize ?? int.MaxValue, windows.Counts.Training);
    private readonly Heartbeat _heartbeat = new(clock, say);
    private readonly long _started = clock.GetTimestamp();
    private long _lastCheckpoint = clock.GetTimestamp();
    private long _written;

    private Evaluation Evaluation => new(windows, state, _validationBatch, _heartbeat.Beat);

    private int StepsPerEpoch => (int)((windows.Counts.Training + _batch - 1) / _batch);

    /// <summary>
    /// The part of the running epoch that is trained. A window of the validation counts for a third of one of the training, because it has
    /// no backward pass, which takes about twice the time of the forward pass.
    /// </summary>
    private double ShareOfEpoch =>
        Math.Min(state.Step * _batch, windows.Counts.Training) / (windows.Counts.Training + (windows.Counts.Validation / 3.0));

    /// <returns>False when the training was stopped before the end of the last epoch.</returns>
    /// <exception cref="DivergedException">A loss is not finite.</exception>
    public bool Run()
    {
        while (state.Epoch < _parameters.Epochs)
        {
            if (!TrainEpoch())
                return false;
            var start = TimeMark.Now(clock);
            var trainLoss = RequireFinite(state.LossSum.item<double>() / windows.Counts.Training, "training");
            if (Validate() is not { } losses)
                return false;
            RequireFinite(losses.Loss, "validation");
            FinishEpoch(trainLoss, losses, start.Since(clock));
            if (trial.JudgedAt?.Contains(state.Epoch) == true && judgement?.Invoke() is { } asked)
            {
                End(asked);
                return false;
            }

            if (state.Epoch < _parameters.Epochs && IsTimeForCheckpoint())
                WriteCheckpoint();
        }

        WriteCheckpoint();
        return true;
    }

    /// <summary>
    /// Measures the model on the test windows, after the last epoch. A stop needs no checkpoint here, since the last one has the whole
    /// training.
    /// </summary>
    /// <returns>Null when it was stopped.</returns>
    public TestResult? Test() => Evaluation.Over(windows.Test, () => stop() is not null) is { } losses
        ? new(windows.Counts.Test, RequireFinite(losses.Loss, "test"), losses.LossError, losses.Accuracy)
        : null;

    private bool TrainEpoch()
    {
        using var scope = NewDisposeScope();
        var order = _batch == windows.Counts.Training ? windows.Training : windows.ShuffledTraining(_parameters.Seed, state.Epoch);
        var start = TimeMark.Now(clock);
        while (state.Step < StepsPerEpoch)
        {
            if (stop() is { } asked)
            {
                CountTime(start);
                End(asked);
                return false;
            }

            var done = state.Step * _batch;
            TrainStep(order.narrow(0, done, Math.Min(_batch, windows.Counts.Training - done)));
            state.Step++;
            _heartbeat.Beat(ShareOfEpoch);
            // Every 0 asks for one checkpoint an epoch. After the last step the epoch's end decides.
            if (trial.CheckpointEvery == 0 || state.Step == StepsPerEpoch || !IsTimeForCheckpoint())
                continue;
            CountTime(start);
            WriteCheckpoint();
            start = TimeMark.Now(clock);
        }

        CountTime(start);
        return true;
    }

    private void CountTime(TimeMark start)
    {
        state.WaitForDevice();
        state.StepsTime += start.Since(clock);
    }

    private void TrainStep(Tensor starts)
    {
        using var scope = NewDisposeScope();
        var (batch, targets) = windows.At(starts);
        using var dropout = _parameters.Dropout > 0 ? TrialSeed.Dropout(_parameters.Seed, state.Optimizer.Steps, starts.device) : null;
        state.Optimizer.ZeroGradients();
        var loss = nn.functional.cross_entropy(state.Model.Logits(batch, dropout), targets);
        LayerFunction.Backward(loss);
        state.Optimizer.Step();
        // The sum stays on the device and is read once an epoch, since reading it here would make each step wait for the GPU.
        state.LossSum.add_(loss.detach(), alpha: starts.shape[0]);
    }

    /// <summary>Measures the model on the validation windows; null when the training was stopped.</summary>
    private WindowLosses? Validate() => Evaluation.Over(windows.Validation, () =>
    {
        if (stop() is not { } asked)
            return false;
        End(asked);
        return true;
    });

    private void FinishEpoch(double trainLoss, WindowLosses losses, TimeSpent validation)
    {
        var report = new EpochMetrics(
            state.Epoch + 1,
            trainLoss,
            losses.Loss,
            losses.Accuracy,
            _parameters.LearningRate,
            (state.StepsTime.Wall + validation.Wall).TotalSeconds,
            windows.Counts.Training / state.StepsTime.Wall.TotalSeconds,
            losses.LossError);
        state.KeepIfBest(report);
        state.FinishEpoch(validation);
        say(new TrainerEvent.EpochFinished(report), []);
    }

    private void End(TrainerCommand.Stop asked)
    {
        if (asked.Checkpoint)
            WriteCheckpoint();
    }

    private bool IsTimeForCheckpoint() =>
        clock.GetElapsedTime(_lastCheckpoint).TotalSeconds >= trial.CheckpointEvery
            && CheckpointSpec.Allows(_written, clock.GetElapsedTime(_started));

    private void WriteCheckpoint()
    {
        var checkpoint = state.Save();
        say(new TrainerEvent.CheckpointWritten(state.Epoch, state.Step), checkpoint);
        _written += checkpoint.Length;
        _lastCheckpoint = clock.GetTimestamp();
    }

    private double RequireFinite(double loss, string kind) => double.IsFinite(loss) ? loss : throw new DivergedException(string.Create(
        CultureInfo.InvariantCulture,
        $"Epoch {Math.Min(state.Epoch + 1, _parameters.Epochs)}: the {kind} loss is {loss} with learning rate " +
        $"{_parameters.LearningRate}. Use a smaller learning_rate, or gradient_clipping."));
}

/// <summary>A loss is not finite.</summary>
internal sealed class DivergedException(string message) : Exception(message);
