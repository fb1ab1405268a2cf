using System.Globalization;
using Sweep.Client.Local;
using Sweep.Storage.Connections;

namespace Sweep.Benchmarks.Overhead;

/// <summary>
/// Measures the time of <c>sweep run</c> on the example besides its training loops: program, PostgreSQL, silo, trainers, and the time that
/// slots are idle at the end.
/// </summary>
public static class OverheadBenchmark
{
    private const string Name = "overhead";
    private const int DefaultEpochs = 100;
    private const double Target = 0.03;

    /// <param name="arguments">Nothing, or <c>--epochs</c> and a number. The target holds for 100 epochs.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        int? epochs = arguments switch
        {
            [] => DefaultEpochs,
            ["--epochs", var number]
                when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => count,
            _ => null,
        };
        if (epochs is null)
        {
            Console.Error.WriteLine(
                $"overhead: found {string.Join(' ', arguments)}; write --epochs and a whole number above 0, or nothing.");
            return 2;
        }

        using var folder = new TemporaryFolder(Name);
        // The first run on a machine creates the database's folder, which users wait for only once.
        Print(
            $"the first run, of 1 epoch, which makes the database: {(await TrainAsync(folder.Path, "first", 1))
                .Elapsed.TotalSeconds:0.0} s");
        var (started, elapsed) = await TrainAsync(folder.Path, Name, epochs.Value);

        await using var server = await PrivatePostgres.StartAsync(folder.Path);
        await using var source = Database.Open(server.ConnectionString);
        var times = await RunTimes.ReadAsync(source, Name);
        var (bare, training) = (times.BareSpan, times.Loops.Sum());
        var overhead = (elapsed.TotalSeconds / bare) - 1;
        Print(
            $"sweep run of {times.Succeeded} trials of {epochs} epochs: {elapsed
                .TotalSeconds:0.00} s; their loops alone, {training:0.00} s, in the same order on {times.Slots} slots: {bare:0.00} s");
        Print($"overhead {overhead:P1} ({elapsed.TotalSeconds - bare:0.00} s); among it");
        Print($"  {(times.FirstStart - started).TotalSeconds,6:0.00} s before the first trial (program, PostgreSQL, silo)");
        Print($"  {(times.Trials - training)
            / times.Slots,6:0.00} s a slot in trials besides their epochs (trainer's start, data, measuring, storing)");
        Print($"  {(started + elapsed - times.LastEnd).TotalSeconds,6:0.00} s after the last trial (report, silo's and PostgreSQL's end)");
        Print($"target at most {Target:P0} at {DefaultEpochs} epochs: {(overhead <= Target ? "held" : "missed")}");
        return times.Succeeded > 0 ? 0 : 1;
    }

    private static Task<(DateTime Started, TimeSpan Elapsed)> TrainAsync(string home, string name, int epochs) =>
        SweepRun.Async(home, SweepRun.Example("next-character.yaml"), "--set", $"parameters.epochs={epochs}", "--name", name);

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
