using Spectre.Console;
using Sweep.Client.Output;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;

namespace Sweep.Client.Live;

/// <summary>The lines of the live view that say what a search and the trials that are held wait for.</summary>
internal static class SearchLines
{
    private const int MostNamed = 3;

    public static IEnumerable<Markup> Of(ProgressSnapshot snapshot, int width)
    {
        var (sweep, spec) = (snapshot.Sweep, snapshot.Sweep.Spec);
        if (spec.Method.Kind.Learns() && sweep.Proposed > 0)
        {
            yield return Lines.Of(
                width,
                ("search", "bold"),
                ($"{spec.Method.Kind.Word()} proposed {sweep.Proposed} of at most {sweep.Trials} trials", null),
                (sweep.Proposed < sweep.Trials ? Waits(snapshot) : "", null));
        }

        if (snapshot.Search is { Held: { Count: > 0 } held })
        {
            yield return Lines.Of(
                width,
                [
                    ("held", "bold"),
                    .. held.Take(MostNamed).Select(trial => (
                        $"trial {trial.Number} after epoch {trial.Epoch}"
                            + (trial.For is { } other ? $" until trial {other} is there" : ""),
                        (string?)null)),
                    (sweep.Held > MostNamed ? $"and {sweep.Held - MostNamed} more" : "", null),
                ]);
        }
    }

    /// <summary>The next rung of a trial that runs, with the value that the newest trial was held against there.</summary>
    public static string Rung(ProgressSnapshot snapshot, int number)
    {
        if (snapshot.Search is not { } search || !search.NextRungs.TryGetValue(number, out var epoch))
            return "";
        var bound = snapshot.Rungs?.Where(rung => rung.Epoch == epoch).Select(rung => rung.Bound).FirstOrDefault();
        return PlainText.Of(epoch)
            + (bound is { } value ? (snapshot.Sweep.Spec.Objective.Goal == Goal.Minimize ? " <" : " >") + Quantities.Metric(value) : "");
    }

    private static string Waits(ProgressSnapshot snapshot)
    {
        if (snapshot.Search is not { } search)
            return "";
        if (search.IsByArrival)
        {
            var most = (snapshot.Sweep.Spec.Search?.Window ?? SearchWindow.Default) * snapshot.Sweep.Spec.TrialsPerPoint;
            return $"the next follows when fewer than {most} are unfinished";
        }

        var named = search.Next.Take(MostNamed).Select(
            trial => $"{trial.Number}" + (trial.Epoch is { } epoch ? $" (epoch {epoch})" : ""));
        var more = search.Next.Count > MostNamed ? $" and {search.Next.Count - MostNamed} more" : "";
        return search.Next.Count == 0 ? "" : $"the next waits for trial {string.Join(", ", named)}{more}";
    }
}
