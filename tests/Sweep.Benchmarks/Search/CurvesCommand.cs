using System.Globalization;
using Sweep.Client.Local;
using Sweep.Domain.Trials;
using Sweep.Processes;
using Sweep.Storage.Connections;
using Sweep.Storage.Reading;

namespace Sweep.Benchmarks.Search;

/// <summary>Trains the 576 models of <c>curves.yaml</c> on the example text and writes their validation losses, rounded.</summary>
internal static class CurvesCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var file])
        {
            Console.Error.WriteLine($"curves: found {string.Join(' ', arguments)}; write the file that gets the curves.");
            return 2;
        }

        using var folder = new TemporaryFolder("curves");
        var sweep = Path.Combine(BuiltPrograms.Repository, "tests", "Sweep.Benchmarks", "Search", "curves.yaml");
        await SweepRun.Async(folder.Path, sweep, "--set", $"dataset.path={SweepRun.Example("next-character.txt")}");
        await using var server = await PrivatePostgres.StartAsync(folder.Path);
        await using var source = Database.Open(server.ConnectionString);
        var reader = new SweepReader(source);
        var found = (await reader.FindAsync("curves", CancellationToken.None))!;
        var losses = new Dictionary<int, List<double>>();
        await foreach (var (number, _, epoch) in reader.EpochsAsync(found.Id, null))
            (losses.TryGetValue(number, out var curve) ? curve : losses[number] = []).Add(epoch.Value(Metric.ValLoss));
        await using var output = new StreamWriter(file) { NewLine = "\n" };
        await output.WriteLineAsync(string.Join(',', CurveTable.Parameters.Concat(Enumerable.Range(1, CurveTable.Epochs).Select(Text))));
        foreach (var trial in await reader.TrialsAsync(found.Id, CancellationToken.None))
        {
            var values = CurveTable.Parameters.Select(name => trial.Parameters.ValueOf(name).ToString());
            var curve = losses.GetValueOrDefault(trial.Number, []).Select(loss => loss.ToString("0.####", CultureInfo.InvariantCulture));
            await output.WriteLineAsync(string.Join(',', values.Concat(curve)));
        }

        return 0;

        static string Text(int epoch) => epoch.ToString(CultureInfo.InvariantCulture);
    }
}
