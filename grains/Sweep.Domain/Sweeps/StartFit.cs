using System.Text;
using Sweep.Domain.Models;
using Sweep.Domain.Search;

namespace Sweep.Domain.Sweeps;

/// <summary>Checks whether trials can begin from the weights of another one, whose model must have the same shape.</summary>
public static class StartFit
{
    private const int CharactersShown = 5;

    private static readonly string[] Shape = ["cell", "hidden_size", "layers", "fully_connected"];

    /// <param name="dataset">Its split says whether a seed chooses windows.</param>
    /// <param name="text">The characters of the trials' text; null where they are not known.</param>
    public static IEnumerable<SpecProblem> Problems(
        IReadOnlyList<ParameterMap> trials, DatasetSpec dataset, StartSpec start, TrialWeights weights, Vocabulary? text = null)
    {
        var source = BuiltInParameters.Catalog.Read(weights.Parameters.ToJson());
        foreach (var name in Shape)
        {
            var needed = source.ValueOf(name);
            if (trials.Select(trial => trial.ValueOf(name)).FirstOrDefault(value => !value.Equals(needed)) is { } found)
            {
                yield return SpecProblem.About(
                    $"parameters.{name}",
                    SpecProblem.Show(found),
                    $"the weights of {start} are for {needed} alone, so write {name}: {needed}, or leave start_from out");
            }
        }

        if (dataset.Kind != SplitKind.Windows && HaveNoChance(trials))
        {
            yield return SpecProblem.About(
                "start_from",
                $"{start} with a full batch, no dropout and several seeds, of which each would train the same",
                "expected a batch_size, dropout between layers, or one seed");
        }

        var missing = text?.Characters.Except(weights.Vocabulary.Characters).ToList() ?? [];
        if (missing.Count > 0)
        {
            var more = missing.Count > CharactersShown ? FormattableString.Invariant($" and {missing.Count - CharactersShown} more") : "";
            yield return SpecProblem.About(
                "start_from",
                $"{start}, whose text lacks {string.Join(' ', missing.Take(CharactersShown).Select(Quoted))}{more} of this text",
                "expected a trial whose text had all characters of this one");
        }
    }

    /// <summary>Whether trials differ in their seed alone, and nothing in them is drawn by it, since their weights are given.</summary>
    private static bool HaveNoChance(IReadOnlyList<ParameterMap> trials) => trials
        .Select(trial => trial.ForModel())
        .Where(trial => trial.BatchSize is null && (trial.Dropout == 0 || trial.Layers == 1))
        .CountBy(trial => (trial with { Seed = 0 }).ToJson())
        .Any(same => same.Value > 1);

    private static string Quoted(Rune character) => $"'{character}'";
}
