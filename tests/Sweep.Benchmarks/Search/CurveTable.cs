using System.Globalization;
using Sweep.Domain.Search;
using Sweep.Domain.Stopping;
using Sweep.Processes;

namespace Sweep.Benchmarks.Search;

/// <summary>
/// The learning curves of the 576 trainings of <c>curves.yaml</c>, as <c>Sweep.Benchmarks -- curves</c> wrote them to
/// <c>tests/peers/curves.csv</c>: a column for each parameter, and the validation loss after each epoch. A training that diverged has
/// fewer.
/// </summary>
internal static class CurveTable
{
    public const int Epochs = 27;

    /// <summary>The columns before those of the epochs.</summary>
    public static readonly string[] Parameters = ["cell", "hidden_size", "layers", "learning_rate", "batch_size"];

    private static readonly Lazy<Dictionary<string, TrialCurve>> Read = new(() => File.ReadLines(Path)
        .Skip(1)
        .Select(line => line.Split(','))
        .ToDictionary(
            fields => string.Join(',', fields[..Parameters.Length]),
            fields => new TrialCurve(
                [
                    .. fields[Parameters.Length..].Where(field => field.Length > 0)
                        .Select(field => double.Parse(field, CultureInfo.InvariantCulture)),
                ],
                Epochs)));

    public static string Path => System.IO.Path.Combine(BuiltPrograms.Repository, "tests", "peers", "curves.csv");

    /// <summary>By the values of the parameters, in their order and joined by commas.</summary>
    public static IReadOnlyDictionary<string, TrialCurve> All => Read.Value;

    /// <summary>The values of each parameter, in the order of the file.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<ParameterValue> Values)> Levels => Parameters.Select((name, column) => (
        name, (IReadOnlyList<ParameterValue>)[.. All.Keys.Select(key => key.Split(',')[column]).Distinct().Select(Value)]));

    public static TrialCurve Of(ParameterMap trial) => All[string.Join(',', Parameters.Select(trial.ValueOf))];

    private static ParameterValue Value(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number)
        ? ParameterValue.Of(number)
        : new ParameterValue.Word(text);
}
