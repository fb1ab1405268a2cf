using System.Globalization;
using Sweep.Client.Clusters;
using Sweep.Client.Output;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Tables;

/// <summary>How much of a sweep its stopping rules are expected to leave, and how long that takes: the end of a plan.</summary>
internal sealed record PlannedEpochs(EpochPlan Epochs, PlannedTime? Time, ClusterSpeed Speed)
{
    public static PlannedEpochs Of(SweepSpec spec, SweepPlan plan, ClusterSpeed speed)
    {
        // Of a method that learns only the first trials are known, and the others may train as long as any.
        var longest = (int)new Domain.Search.ReachableValues(spec.Parameters).Largest("epochs");
        var epochs = EpochPlan.Of(
            spec,
            [.. plan.Trials.Select(trial => trial.Parameters.Epochs), .. Enumerable.Repeat(longest, plan.Count - plan.Trials.Count)]);
        return new(epochs, PlannedTime.Of(spec, plan, epochs, speed.Speed, speed.Slots ?? Environment.ProcessorCount), speed);
    }

    /// <summary>One row for each rung.</summary>
    public OutputTable Rungs => new(
        [
            .. Epochs.Rungs.Any(rung => rung.Bracket is not null)
                ? [OutputColumn.Number("bracket", "bracket")]
                : Array.Empty<OutputColumn>(),
            OutputColumn.Number("epoch", "epoch"),
            OutputColumn.Number("most", "trials at the most", Whole),
            OutputColumn.Number("expected", "expected", Tenths),
            new("what", ""),
        ],
        [
            .. Epochs.Rungs.Select(rung => (IReadOnlyList<object?>)
            [
                .. rung.Bracket is { } bracket ? [bracket] : Array.Empty<object?>(),
                rung.Epoch, rung.Most, rung.Expected, rung.IsLast ? "trained to the end" : "judged",
            ]),
        ]);

    public IEnumerable<string> Sentences
    {
        get
        {
            if (Epochs.Rungs.Count > 1)
                yield return $"Stopping: {Tenths(Epochs.Expected)} epochs are expected, {Whole(Epochs.Most)} at the most.";
            if (Epochs.Untold.Count > 0)
            {
                yield return $"What {string.Join(" and ", Epochs.Untold)} {(Epochs.Untold.Count == 1 ? "stops" : "stop")} depends on the "
                    + $"losses and cannot be told; it may be fewer than {Tenths(Epochs.Expected)} epochs.";
            }

            if (Time is { } time)
            {
                yield return $"Time: about {Quantities.Duration(time.Expected)}"
                    + (time.Most > time.Expected ? $" as expected, {Quantities.Duration(time.Most)} at the most" : "")
                    + $", on {time.Slots} of {Slots}; "
                    + (Speed.Trials > 0
                        ? $"measured on {(Speed.Trials == 1 ? "the newest trial" : $"the newest {Speed.Trials} trials")} of this cluster."
                        : "estimated for one core a slot, since no trial of a cluster that is up tells its speed.");
            }
        }
    }

    /// <summary>The whole plan for programs.</summary>
    /// <param name="trials">The trials that are known.</param>
    public object Json(OutputTable trials, SweepPlan plan) => new
    {
        trials = JsonOutput.Rows(trials),
        trials_most = plan.Count,
        rungs = Epochs.Rungs,
        epochs_most = Epochs.Most,
        epochs_expected = Epochs.Expected,
        Epochs.Untold,
        slots = Speed.Slots,
        slots_used = Time?.Slots,
        seconds_most = Time?.Most.TotalSeconds,
        seconds_expected = Time?.Expected.TotalSeconds,
        speed_measured_on = Speed.Trials,
    };

    private string Slots => Speed.Slots is { } slots ? slots == 1 ? "1 slot" : $"{slots} slots"
        : Environment.ProcessorCount == 1 ? "1 slot, the core of this machine"
        : $"{Environment.ProcessorCount} slots, the cores of this machine";

    private static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Tenths(double value) => value.ToString(value < 100 ? "#,0.#" : "#,0", CultureInfo.InvariantCulture);
}
