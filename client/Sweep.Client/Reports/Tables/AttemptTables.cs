using Sweep.Client.Output;
using Sweep.Client.Tables;
using Sweep.Domain.Reports;
using Sweep.Domain.Sweeps;
using Sweep.Storage.Reading;

namespace Sweep.Client.Reports.Tables;

/// <summary>Tables of a sweep's events, of the places of its attempts, and of its failed trials.</summary>
internal static class AttemptTables
{
    public static OutputTable Events(IEnumerable<EventCount> events) => new(
        [
            new("event", "event"),
            new("reason", "reason"),
            OutputColumn.Number("times", "times"),
            OutputColumn.Number("trials", "trials"),
            new("detail", "the newest"),
        ],
        [.. events.Select(row => (IReadOnlyList<object?>)[row.Event, row.Reason, row.Times, row.Trials, row.Detail])]);

    public static OutputTable Places(IEnumerable<AttemptPlace> places) => new(
        [new("worker", "worker"), new("host", "machine"), new("devices", "slots"), OutputColumn.Number("attempts", "attempts")],
        [.. places.Select(row => (IReadOnlyList<object?>)[row.Worker, row.Host, Slots(row.Devices), row.Attempts])]);

    public static OutputTable Failed(SweepSpec spec, IEnumerable<TrialSummary> trials)
    {
        var varying = spec.Parameters.Varying;
        return new(
            [
                OutputColumn.Number("number", "trial"),
                .. ParameterCell.Columns(spec.Parameters, varying),
                OutputColumn.Number("attempt", "attempts"),
                OutputColumn.Number("epochs_done", "epochs"),
                new("reason", "reason"),
            ],
            [
                .. trials.Select(trial => (IReadOnlyList<object?>)
                    [trial.Number, .. ParameterCell.Row(trial.Parameters, varying), trial.Attempt, trial.EpochsDone, trial.Reason]),
            ]);
    }

    private static string Slots(IEnumerable<string> devices) =>
        string.Join(", ", devices.CountBy(device => device).Select(pair => $"{pair.Value} × {pair.Key}"));
}
