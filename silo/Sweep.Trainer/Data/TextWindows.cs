using Sweep.Domain.Models;
using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using static TorchSharp.torch;

namespace Sweep.Trainer.Data;

/// <summary>
/// The windows of a text, split into training, validation and test windows. Window i is <c>ids[i .. i+L)</c> and predicts <c>ids[i+L]</c>.
/// A split by windows shuffles all of them and holds out the last ones, as torch's random_split does. The other splits hold out what
/// windows predict: see <see cref="TargetSplit"/>. A tail split has its training windows in front, and neither they nor what they predict
/// reach into the held-out end of the text.
/// </summary>
internal sealed class TextWindows : IDisposable
{
    private readonly Tensor _ids;
    private readonly Tensor _windows;
    private readonly int _length;

    /// <exception cref="ImpossibleTrialException">
    /// The training or the validation part would be empty, or a window would begin before the text.
    /// </exception>
    public TextWindows(TextDataset text, TrainerCommand.Train trial)
    {
        _length = trial.Parameters.SequenceLength;
        var firstTarget = trial.FirstTarget ?? _length;
        Counts = WindowCounts.Of(text.Characters, firstTarget, trial.Validation, trial.Test);
        if (Counts.Training < 1 || Counts.Validation < 1)
        {
            throw new ImpossibleTrialException(
                $"A text of {text.Characters} characters with sequence length {_length}, validation share {trial.Validation} and test " +
                $"share {trial.Test} gives {Counts.Training} training and {Counts.Validation} validation windows; each needs at least 1.");
        }

        if (firstTarget < _length)
            throw new ImpossibleTrialException($"The first target {firstTarget} has no window of sequence length {_length} before it.");
        using var scope = NewDisposeScope();
        _ids = text.Ids;
        _windows = text.Ids.unfold(0, _length, 1).DetachFromDisposeScope();
        var kind = trial.Split.Meaning(trial.FirstTarget);
        var (training, validation, test) = kind == SplitKind.Windows
            ? Shuffled(Counts, trial.Parameters.Seed)
            : Before(TargetSplit.Of(kind, firstTarget, Counts, trial.SplitSeed ?? 0), _length);
        Training = training.to(text.Ids.device).DetachFromDisposeScope();
        Validation = validation.to(text.Ids.device).DetachFromDisposeScope();
        Test = test.to(text.Ids.device).DetachFromDisposeScope();
    }

    public WindowCounts Counts { get; }

    /// <summary>Where the training windows start, int64 [training].</summary>
    public Tensor Training { get; }

    /// <summary>Where the validation windows start, int64 [validation].</summary>
    public Tensor Validation { get; }

    /// <summary>Where the test windows start, int64 [test], which may be none.</summary>
    public Tensor Test { get; }

    /// <summary>Ids of some windows, int64 [starts, length], and of the characters that follow them, int64 [starts].</summary>
    public (Tensor Windows, Tensor Targets) At(Tensor starts) => (_windows.index_select(0, starts), _ids.index_select(0, starts + _length));

    /// <summary>The training windows in the order of one epoch: a pure function of seed and epoch.</summary>
    public Tensor ShuffledTraining(long seed, int epoch)
    {
        using var generator = TrialSeed.Order(seed, epoch);
        return Training.index_select(0, randperm(Counts.Training, ScalarType.Int64, CPU, generator: generator).to(Training.device));
    }

    public void Dispose()
    {
        _windows.Dispose();
        Training.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }

    /// <summary>The parts of all windows in an order drawn from a trial's seed.</summary>
    private static (Tensor Training, Tensor Validation, Tensor Test) Shuffled(WindowCounts counts, long seed)
    {
        using var generator = TrialSeed.Split(seed);
        var starts = randperm(counts.All, ScalarType.Int64, CPU, generator: generator);
        return (
            starts.narrow(0, 0, counts.Training).clone(),
            starts.narrow(0, counts.Training, counts.Validation).clone(),
            starts.narrow(0, counts.Training + counts.Validation, counts.Test).clone());
    }

    /// <summary>The starts of the windows that predict these characters.</summary>
    private static (Tensor Training, Tensor Validation, Tensor Test) Before(TargetSplit targets, int length) =>
        (Starts(targets.Training, length), Starts(targets.Validation, length), Starts(targets.Test, length));

    private static Tensor Starts(IReadOnlyList<long> targets, int length) =>
        tensor(targets.Select(target => target - length).ToArray());
}
