using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Trainer.Checkpoints;
using Sweep.Trainer.Data;
using Sweep.Trainer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Sweep.Trainer.Training;

/// <summary>
/// Everything that a training step changes. A training that is saved and loaded continues bit for bit as if it had never stopped.
/// Random choices need no state, since each is a function of the seed and the position.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly TrainerCommand.Train _trial;
    private readonly TextDataset _text;
    private readonly Device _device;

    /// <summary>The values of each of the model's buffers after the best epoch.</summary>
    private readonly IReadOnlyList<(ParameterBuffer Buffer, Tensor Values)> _best;

    public TrainingState(TrainerCommand.Train trial, TextDataset text, Device device)
    {
        using var scope = NewDisposeScope();
        _trial = trial;
        _text = text;
        _device = device;
        Model = new CharacterModel(
            ModelShape.Of(trial.Parameters, text.Vocabulary.Size), trial.Parameters.Dropout, trial.Parameters.Seed, device);
        Optimizer = new TrialOptimizer(trial.Parameters, Model.Buffers);
        LossSum = zeros(1, float64, device).DetachFromDisposeScope();
        _best = [.. Model.Buffers.Select(buffer => (buffer, buffer.Values.detach().clone().DetachFromDisposeScope()))];
    }

    public CharacterModel Model { get; }

    public TrialOptimizer Optimizer { get; }

    public bool IsOnGpu => _device.type == DeviceType.CUDA;

    /// <summary>Number of finished epochs.</summary>
    public int Epoch { get; set; }

    /// <summary>Number of finished steps of the next epoch.</summary>
    public int Step { get; set; }

    /// <summary>Sum of the losses of all windows in the finished steps of the next epoch, float64 [1].</summary>
    public Tensor LossSum { get; }

    /// <summary>Where this process trains, for the checkpoints; null where nobody needs to know.</summary>
    public AttemptEnvironment? Environment { get; init; }

    /// <summary>
    /// Time of the training steps of the finished epochs; with that of the validations where <see cref="ValidationTime"/> is null.
    /// </summary>
    public TimeSpent TrainingTime { get; private set; }

    /// <summary>Time of the validations of the finished epochs; null where an earlier version, which did not measure it, began.</summary>
    public TimeSpent? ValidationTime { get; private set; } = default(TimeSpent);

    /// <summary>Time of the finished steps of the next epoch, until the device had finished them.</summary>
    public TimeSpent StepsTime { get; set; }

    public BestEpoch? Best { get; private set; }

    /// <summary>Keeps the weights if this epoch is better than every one before it.</summary>
    public void KeepIfBest(EpochMetrics report)
    {
        var value = report.Value(_trial.Objective.Metric);
        var score = _trial.Objective.Score(value);
        if (Best is not null && score >= Best.Score)
            return;
        Best = new(report.Epoch, value, score);
        foreach (var (buffer, values) in _best)
            values.copy_(buffer.Values);
    }

    /// <summary>Counts an epoch whose steps and whose validation are finished.</summary>
    public void FinishEpoch(TimeSpent validation)
    {
        TrainingTime += StepsTime;
        if (ValidationTime is { } before)
            ValidationTime = before + validation;
        else
            TrainingTime += validation;
        StepsTime = default;
        Epoch++;
        Step = 0;
        LossSum.zero_();
    }

    /// <summary>Puts the best weights into the model at the end of the training.</summary>
    public void UseBestWeights()
    {
        foreach (var (buffer, values) in _best)
            buffer.Values.copy_(values);
    }

    /// <summary>Waits until the device has finished every step, so that a clock that is read next tells the time that they took.</summary>
    public void WaitForDevice()
    {
        if (IsOnGpu)
            cuda.synchronize(_device);
    }

    /// <summary>The state as the bytes of a checkpoint.</summary>
    public byte[] Save()
    {
        using var scope = NewDisposeScope();
        var header = new CheckpointHeader(
            Epoch,
            Step,
            Best,
            (TrainingTime.Wall + (ValidationTime?.Wall ?? TimeSpan.Zero)).TotalSeconds,
            StepsTime.Wall.TotalSeconds,
            _trial.Parameters.ToJson(),
            _trial.Split,
            _trial.Validation,
            _text.Sha256,
            string.Concat(_text.Vocabulary.Characters),
            ValidationTime is not { } validation ? null : new(
                validation.Wall.TotalSeconds, TrainingTime.Processor.TotalSeconds, validation.Processor.TotalSeconds,
                StepsTime.Processor.TotalSeconds),
            Environment,
            _trial.Test,
            _trial.FirstTarget,
            _trial.SplitSeed);
        var file = SafeTensorsWriter.Write(header.ToMetadata(), [.. Tensors(), new("optimizer.steps", torch.tensor([Optimizer.Steps]))]);
        return file.Length <= StoredCheckpoint.MostBytes
            ? file
            : throw new TrainerException(
                $"The checkpoint takes {file.Length} bytes; at most {StoredCheckpoint.MostBytes} can be stored. " +
                "Use a smaller hidden_size or fewer layers.");
    }

    /// <summary>Replaces the first weights by those of another trial.</summary>
    /// <exception cref="TrainerException">They are those of a model of another shape.</exception>
    public void Begin(SafeTensorsFile weights)
    {
        foreach (var (name, parameter) in Model.Parameters)
            weights.CopyTo(name, parameter);
    }

    /// <summary>Replaces the state by that of a checkpoint of this trial.</summary>
    /// <exception cref="TrainerException">The checkpoint is damaged, or belongs to other parameters or another text.</exception>
    public void Load(SafeTensorsFile file)
    {
        var header = CheckpointHeader.Of(file);
        Require("the text", header.Dataset, _text.Sha256);
        Require("parameters", header.Parameters, _trial.Parameters.ToJson());
        Require(
            "split",
            $"{header.Split} {header.Validation} {header.Test} {header.FirstTarget} {header.SplitSeed}".TrimEnd(),
            $"{_trial.Split} {_trial.Validation} {_trial.Test} {_trial.FirstTarget} {_trial.SplitSeed}".TrimEnd());
        using var scope = NewDisposeScope();
        foreach (var (name, tensor) in Tensors())
            file.CopyTo(name, tensor);
        var steps = zeros(1, int64);
        file.CopyTo("optimizer.steps", steps);
        Optimizer.RestoreSteps(steps.item<long>());
        Best = header.Best;
        Epoch = header.Epoch;
        Step = header.Step;
        RestoreTimes(header);
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Model.Dispose();
        LossSum.Dispose();
        foreach (var (_, values) in _best)
            values.Dispose();
    }

    private void RestoreTimes(CheckpointHeader header)
    {
        // A trial of which a part was not measured stays without these times to its end, since a sum over the rest would say too little.
        var times = header.Times ?? new(0, 0, 0, 0);
        TrainingTime = TimeSpent.OfSeconds(header.Seconds - times.Validation, times.TrainProcessor);
        ValidationTime = header.Times is null ? null : TimeSpent.OfSeconds(times.Validation, times.ValidationProcessor);
        StepsTime = TimeSpent.OfSeconds(header.StepSeconds, times.StepProcessor);
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Tensors() =>
    [
        .. Model.Parameters.Select(pair => KeyValuePair.Create($"model.{pair.Key}", (Tensor)pair.Value)),
        .. _best.SelectMany(best => best.Buffer.PartsOf(best.Values)).Select(pair => KeyValuePair.Create($"best.{pair.Key}", pair.Value)),
        .. Optimizer.Moments().Select(pair => KeyValuePair.Create($"optimizer.{pair.Key}", pair.Value)),
        new("loss_sum", LossSum),
    ];

    private static void Require(string what, string found, string expected)
    {
        if (found != expected)
            throw new TrainerException($"The checkpoint is of another trial: {what} found {found}; expected {expected}.");
    }
}
