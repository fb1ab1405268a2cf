using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using static System.FormattableString;

namespace Sweep.Domain.Reports;

/// <summary>Sentences on how the trials of a sweep are chosen, and on what ends it.</summary>
public static class SearchText
{
    /// <summary>How trials are chosen, in a few words.</summary>
    public static string Of(SweepSpec spec) => spec.Method.Kind switch
    {
        MethodKind.Grid => "every point of the grid",
        MethodKind.Random => "drawn at random",
        MethodKind.Sobol => "points of a scrambled Sobol sequence",
        MethodKind.Tpe => "chosen by tree-structured Parzen estimators from the outcomes before",
        MethodKind.Gp => "chosen by a Gaussian process from the outcomes before",
        MethodKind.CmaEs => "chosen by CMA-ES from the outcomes before",
        MethodKind.NsgaIi => "chosen by NSGA-II from the outcomes before",
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Method.Kind, "No search method has this name."),
    };

    /// <summary>What is looked for: <c>minimize val_loss, minimize macs</c>, or with a unit <c>minimize rmse (passengers)</c>.</summary>
    public static string Aims(SweepSpec spec) =>
        string.Join(", ", spec.AllObjectives.Select(objective =>
            $"{objective.Goal.ToString().ToLowerInvariant()} {objective.Metric}{(objective.Unit is { } unit ? $" ({unit})" : "")}"));

    /// <summary>The metrics of the objectives: <c>val_loss, macs</c>.</summary>
    public static string Metrics(SweepSpec spec) => string.Join(", ", spec.AllObjectives.Select(objective => objective.Metric));

    /// <summary>
    /// What a plan says of several objectives, of a method that learns, and of a budget; nothing where there is none of them.
    /// </summary>
    public static IEnumerable<string> Plan(SweepSpec spec, SweepPlan plan)
    {
        if (spec.Objectives is not null)
            yield return $"Objectives: {Aims(spec)}; the best epoch of a trial is chosen by {spec.Objective.Metric}.";
        if (spec.NotReproducible is { } why && spec.Search?.Order == SearchOrder.Number)
            yield return $"Another run may have other trials: {why}.";
        if (spec.Search is { } search && plan.AtOnce is { } atOnce)
        {
            var slots = (long)atOnce * spec.Resources.Slots;
            var unit = spec.TrialsPerPoint > 1 ? Invariant($"{search.Window} points or {atOnce} trials") : Invariant($"{atOnce} trials");
            yield return Invariant($"Search: up to {unit} at one time, which fill {slots} slots; ")
                + (search.Order == SearchOrder.Number
                    ? "the others are proposed from outcomes by number, the same on any number of workers."
                    : "the others are proposed from the outcomes that have arrived, so another run gives other trials (order: arrival).");
        }

        if (spec.Budget is not { } budget)
            yield break;
        string[] parts =
        [
            .. budget.Epochs is { } epochs ? [Invariant($"{epochs:#,0} epochs")] : Array.Empty<string>(),
            .. budget.Time is { } time ? [Invariant($"{time:#,0.#} s since its submission")] : Array.Empty<string>(),
            .. budget.Target is { } target ? [Invariant($"a {spec.Objective.Metric.Name} of {target}")] : Array.Empty<string>(),
            .. budget.Failures is { } failures ? [Invariant($"{failures} failed trials")] : Array.Empty<string>(),
        ];
        yield return $"Budget: the sweep ends early with {string.Join(", or ", parts)}"
            + (budget.Time is null ? "." : "; where the time ends it depends on the machines, so another run may have other trials.");
    }

    /// <summary>What those who look at a sweep must know of a proposal that the database refuses.</summary>
    /// <param name="refused">The refused trial with the database's words.</param>
    public static string Refused(string refused) => $"PostgreSQL refuses what is proposed next, and is asked again: {refused}.";

    /// <summary>What readers of a report must know of a sweep's search.</summary>
    /// <param name="notReproducible">Why it cannot be repeated; null where it can.</param>
    /// <param name="endedBy">What ended it of its budget; null where nothing did.</param>
    public static IEnumerable<string> Notes(string? notReproducible, string? endedBy)
    {
        if (endedBy is not null)
            yield return $"The budget ended the sweep: {endedBy}.";
        if (notReproducible is not null)
            yield return $"The same sweep file may give other trials: {notReproducible}.";
    }
}
