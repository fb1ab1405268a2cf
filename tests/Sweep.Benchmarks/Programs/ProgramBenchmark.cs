using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sweep.Client.Programs;
using Sweep.Domain.Programs;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;

namespace Sweep.Benchmarks.Programs;

/// <summary>
/// What the runner adds to a program that does nothing but report: from its start to its end beyond its run by hand, and how many reports a
/// second it takes.
/// </summary>
public static class ProgramBenchmark
{
    private const int FewReports = 100, ManyReports = 10_000, DefaultRounds = 10;
    private const double OverheadTarget = 0.2, RateTarget = 1_000;

    private const string Printing = """
        import os
        for epoch in range(int(os.environ["REPORTS"])):
            print('{"epoch": %d, "val_loss": 0.5}' % (epoch + 1), flush=True)
        """;

    private const string Library = """
        import os
        from sweep_trial import trial
        for epoch in trial.epochs(int(os.environ["REPORTS"])):
            trial.report(val_loss=0.5)
        """;

    private static readonly string Python = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Sweep.Runner", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Python"));

    /// <param name="arguments">Nothing, or the number of rounds.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        int? rounds = arguments switch
        {
            [] => DefaultRounds,
            [var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => count,
            _ => null,
        };
        if (rounds is null)
        {
            Console.Error.WriteLine($"programs: found {string.Join(' ', arguments)}; write a whole number above 0, or nothing.");
            return 2;
        }

        await using var runner = new RunnerProcess(_ => { });
        foreach (var (name, script) in new[] { ("printed lines of JSON", Printing), ("the library for Python", Library) })
        {
            // The first round of each warms the files and the just-in-time compiler up.
            await PairAsync(runner, script, FewReports);
            var (bare, run) = (new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                var pair = await PairAsync(runner, script, FewReports);
                bare.Add(pair.Bare);
                run.Add(pair.Run);
            }

            var beyond = Median(run.Zip(bare, (with, without) => with - without));
            Print($"{name}: {FewReports} reports take {Median(run):0.000} s, by hand {Median(bare):0.000} s (medians of {rounds})");
            var times = Median(run) / Median(bare);
            Print($"  {times:0.0} times, {beyond:0.000} s more; target {OverheadTarget} s: {Held(beyond, OverheadTarget)}");
            var (_, many) = await PairAsync(runner, script, ManyReports);
            var rate = (ManyReports - FewReports) / (many - Median(run));
            Print($"  {rate:#,0} reports/s; target {RateTarget:#,0}: {Held(RateTarget, rate)}");
        }

        return 0;
    }

    private static async Task<(double Bare, double Run)> PairAsync(RunnerProcess runner, string script, int reports)
    {
        using var folder = new TemporaryFolder("programs");
        Directory.CreateDirectory(folder.Path);
        var file = Path.Combine(folder.Path, "train.py");
        await File.WriteAllTextAsync(file, script);
        var bare = new ProcessStartInfo("python3", [file]) { RedirectStandardOutput = true };
        (bare.Environment["REPORTS"], bare.Environment["PYTHONPATH"]) = (reports.ToString(CultureInfo.InvariantCulture), Python);
        bare.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        var started = Stopwatch.GetTimestamp();
        using (var process = Process.Start(bare)!)
        {
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
        }

        var byHand = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var bytes = FolderArchive.Write([new("train.py", Encoding.UTF8.GetBytes(script))]);
        await runner.LoadFolderAsync(new(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), 1), CancellationToken.None);
        started = Stopwatch.GetTimestamp();
        await runner.SendAsync(Attempt(reports), null, CancellationToken.None);
        for (var epochs = 0; ;)
        {
            var next = await runner.ReceiveAsync(CancellationToken.None);
            var (message, _) = next ?? throw new InvalidOperationException("The runner ended.");
            if (message is TrainerEvent.Reported)
                epochs++;
            else if (message is TrainerEvent.ProgramEnded && epochs == reports)
                return (byHand, Stopwatch.GetElapsedTime(started).TotalSeconds);
            else if (message is TrainerEvent.Failed or TrainerEvent.ProgramEnded)
                throw new InvalidOperationException($"The program ended after {epochs} reports of {reports}: {message}");
        }
    }

    private static TrainerCommand.RunProgram Attempt(int reports)
    {
        string[] command = ["python3", "train.py"];
        var environment = new Dictionary<string, string>
        {
            ["REPORTS"] = reports.ToString(CultureInfo.InvariantCulture),
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
        return new(
            "benchmark/1", 1, command, "{}", 42, new(Metric.ValLoss, Goal.Minimize), new(command, Environment: environment),
            Epochs: reports, CheckpointEvery: 60);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static string Held(double less, double more) => less <= more ? "held" : "missed";

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
