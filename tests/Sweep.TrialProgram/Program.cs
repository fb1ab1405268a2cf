using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sweep;

// A program that uses Sweep.Trial, for the tests of it. Its state is one number, which it keeps, and on which each epoch depends.

// The system calls all who wait for a signal one after the other, in an order that it does not promise. The library stands between these
// two, and knows of the signal when both do.
using var terminated = new CountdownEvent(2);
using var first = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => terminated.Signal());
var trial = Trial.Current;
using var second = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => terminated.Signal());
var mode = trial.Parameters.Get("mode", "plain");
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{trial.Name}, attempt {trial.Attempt}, seed {trial.Seed} on {trial.Device}, alone {trial.IsAlone}, after epoch {trial.Epoch}"));
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"rate {trial.Parameters.Get("rate", 0.5)}, width {trial.Parameters.Get("width", 8)}, fast {trial.Parameters.Get("fast", false)}, "
    + $"{string.Join('+', trial.Parameters.Names)}"));
if (mode == "wrong")
    _ = trial.Parameters.Get("rate", 1);
if (mode == "many")
    trial.Report(Enumerable.Range(0, 101).Select(number => ($"metric_{number}", 1.0)).ToArray());
if (mode == "threads")
{
    var threads = Enumerable.Range(0, 4).Select(_ => new Thread(Report)).ToList();
    threads.ForEach(thread => thread.Start());
    threads.ForEach(thread => thread.Join());
    return;
}

var path = Path.Combine(trial.Checkpoint, "state");
var state = File.Exists(path) ? double.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) : 0.1;
// It is the program's own line, and no report.
Console.WriteLine("{\"epoch\": 99, \"val_loss\": 99}");
foreach (var epoch in trial.Epochs(2))
{
    if (mode == "within" && epoch == 2)
        AwaitTermination();
    state = 3.9 * state * (1 - state);
    File.WriteAllText(path, state.ToString(CultureInfo.InvariantCulture));
    // Either way says the same.
    if (epoch % 2 == 0)
        trial.Report(new Dictionary<string, double> { ["val_loss"] = state, ["other"] = double.PositiveInfinity });
    else if (mode != "silent")
        trial.Report(("val_loss", mode == "diverged" ? double.NaN : state), ("other", double.PositiveInfinity));
    if (mode == "killed" && trial.Attempt == 1 && epoch == 2)
    {
        Process.Start("kill", [$"{Environment.ProcessId}"]).Dispose();
        AwaitTermination();
    }

    if (mode == "between")
        AwaitTermination();
}

Console.WriteLine($"left the loop after epoch {trial.Epoch}, stopped {trial.Stopped}");

void Report()
{
    for (var report = 0; report < 50; report++)
        trial.Report(("val_loss", report));
}

void AwaitTermination()
{
    Console.WriteLine("waiting");
    terminated.Wait();
}
