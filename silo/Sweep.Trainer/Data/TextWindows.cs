using Sweep.Domain.Models;
using Sweep.Domain.Sweeps;
using static TorchSharp.torch;

namespace Sweep.Trainer.Data;

/// <summary>
/// The windows of a text, split into training and validation windows. Window i is <c>ids[i .. i+L)</c> and predicts <c>ids[i+L]</c>.
/// A random split shuffles all windows and holds out the last ones, as torch's random_split does. A tail split holds out the last v
/// of the text's n windows, which predict its last v characters. The training windows are the first n − v, and neither they nor the
/// characters that they predict reach into those last v characters.
/// </summary>
internal sealed class TextWindows : IDisposable
{
    private readonly Tensor _ids;
    private readonly Tensor _windows;
    private readonly int _length;

    /// <param name="length">Characters in a window.</param>
    /// <param name="validation">Share of the windows that are held out for validation.</param>
    /// <exception cref="TrainerException">The training or the validation part would be empty.</exception>
    public TextWindows(TextDataset text, int length, SplitKind split, double validation, long seed)
    {
        Counts = WindowCounts.Of(text.Characters, length, validation);
        if (Counts.Training < 1 || Counts.Validation < 1)
        {
            throw new TrainerException(
                $"A text of {text.Characters} characters with sequence length {length} and validation share {validation} gives " +
                $"{Counts.Training} training and {Counts.Validation} validation windows; each needs at least 1.");
        }

        using var scope = NewDisposeScope();
        var all = Counts.Training + Counts.Validation;
        using var generator = TrialSeed.Split(seed);
        var starts = split switch
        {
            SplitKind.Random => randperm(all, ScalarType.Int64, CPU, generator: generator),
            SplitKind.Tail => arange(all, ScalarType.Int64),
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
        };
        _length = length;
        _ids = text.Ids;
        _windows = text.Ids.unfold(0, length, 1).DetachFromDisposeScope();
        starts = starts.to(text.Ids.device);
        Training = starts.narrow(0, 0, Counts.Training).clone().DetachFromDisposeScope();
        Validation = starts.narrow(0, Counts.Training, Counts.Validation).clone().DetachFromDisposeScope();
    }

    public WindowCounts Counts { get; }

    /// <summary>Where the training windows start, int64 [training].</summary>
    public Tensor Training { get; }

    /// <summary>Where the validation windows start, int64 [validation].</summary>
    public Tensor Validation { get; }

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
    }
}
