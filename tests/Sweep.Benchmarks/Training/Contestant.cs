using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sweep.Domain.Protocol;
using TorchSharp;

namespace Sweep.Benchmarks.Training;

/// <summary>
/// One way of training in a separate process, since the C library reads its settings at the start of a process. The process reads a shape
/// as a line and answers with the time as a line.
/// </summary>
internal sealed class Contestant : IDisposable
{
    /// <summary>The first argument of such a process.</summary>
    public const string Argument = "contestant";

    private const int ManySteps = 100;

    private readonly Process _process;

    /// <param name="name">The way of training: ours or built-in.</param>
    public Contestant(string name, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Contestant).Assembly.Location, "training", Argument, name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var variable in TrainerEnvironment.Variables.Keys)
            start.Environment.Remove(variable);
        foreach (var (variable, value) in variables)
            start.Environment[variable] = value;
        _process = Process.Start(start)!;
    }

    /// <summary>
    /// Returns the time of the fastest of three epochs, in milliseconds. An epoch before them is not counted. Where an epoch has so many
    /// steps that its beginning does not matter, there is one alone.
    /// </summary>
    public double Train(TrainingShape shape)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(shape));
        _process.StandardInput.Flush();
        return double.Parse(
            _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The contestant ended."),
            CultureInfo.InvariantCulture);
    }

    /// <summary>Runs in the separate process and answers each shape with its time.</summary>
    public static int Serve(string name)
    {
        torch.set_num_threads(1);
        while (Console.ReadLine() is { } line)
        {
            var shape = JsonSerializer.Deserialize<TrainingShape>(line)!;
            var (before, counted) = shape.Steps > ManySteps ? (0, 1) : (1, 3);
            var epochs = before + counted;
            var times = name == "ours" ? OurTraining.Epochs(shape, epochs) : BuiltInTraining.Epochs(shape, epochs);
            Console.WriteLine(times.Skip(before).Min().ToString("R", CultureInfo.InvariantCulture));
        }

        return 0;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
