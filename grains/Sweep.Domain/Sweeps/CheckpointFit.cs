using System.Globalization;
using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>Checks before a training whether its checkpoints can be sent and stored.</summary>
public static class CheckpointFit
{
    /// <summary>
    /// The most bytes of a checkpoint's tensors. Its header takes some of <see cref="Trials.StoredCheckpoint.MostBytes"/> too.
    /// </summary>
    public const long MostBytes = 500_000_000;

    /// <summary>The mistake of the first trial whose checkpoint is too large; empty when there is none.</summary>
    /// <param name="vocabulary">Distinct characters of the text.</param>
    public static IEnumerable<SpecProblem> Problems(IEnumerable<ParameterMap> trials, int vocabulary) =>
        trials.Select(trial => Problem(trial.ForModel(), vocabulary)).OfType<SpecProblem>().Take(1);

    /// <returns>Null when the checkpoint is small enough.</returns>
    public static SpecProblem? Problem(TrialParameters trial, int vocabulary)
    {
        var bytes = ModelShape.Of(trial, vocabulary).CheckpointBytes(trial.Optimizer);
        return bytes <= MostBytes ? null : SpecProblem.About(
            "parameters.hidden_size",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{trial.HiddenSize}, which with {trial.Layers} {(trial.Layers == 1 ? "layer" : "layers")} and {vocabulary} distinct ")
                + string.Create(CultureInfo.InvariantCulture, $"characters makes a checkpoint of {bytes / 1e9:0.00} GB"),
            "at most 0.5 GB can be stored; use a smaller hidden_size, fewer layers, or optimizer: sgd, which has no moments to keep");
    }
}
