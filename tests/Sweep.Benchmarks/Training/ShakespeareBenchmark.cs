using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Trainer.Data;
using TorchSharp;

namespace Sweep.Benchmarks.Training;

/// <summary>
/// Trains one epoch of the published LSTM (hidden 256, length 20, batch 128, Adam 0.001) on the whole of tiny Shakespeare. The published
/// loss is 1.71.
/// </summary>
internal static class ShakespeareBenchmark
{
    private const double Published = 1.71;
    private const double Tolerance = 0.05;

    public static int Run()
    {
        var path = Path.Combine(
            Environment.GetEnvironmentVariable("SWEEP_DATA") ?? Path.Combine("..", "shared", "data"), "tinyshakespeare.txt");
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"training shakespeare: {path} is not there; SWEEP_DATA names the folder of tinyshakespeare.txt.");
            return 2;
        }

        return TrainerEnvironment.Variables.All(pair => Environment.GetEnvironmentVariable(pair.Key) == pair.Value) ? Train(path) : Again();
    }

    /// <summary>Runs the same command again with the environment variables of a trainer.</summary>
    private static int Again()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ShakespeareBenchmark).Assembly.Location, "training", "shakespeare"]);
        foreach (var (name, value) in TrainerEnvironment.Variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static int Train(string path)
    {
        torch.set_num_threads(1);
        var bytes = File.ReadAllBytes(path);
        using var text = TextDataset.Load(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)), torch.CPU);
        var parameters = new TrialParameters(
            CellKind.Lstm, SequenceLength: 20, HiddenSize: 256, Layers: 1, FullyConnected: [], LearningRate: 0.001, BatchSize: 128,
            Dropout: 0, Epochs: 1, OptimizerKind.Adam, WeightDecay: 0, GradientClipping: 0, Seed: 42);
        var trial = new TrainerCommand.Train(
            1_000_001, 1, parameters, SplitKind.Windows, 0.2, new(Metric.ValLoss, Goal.Minimize), CheckpointEvery: 1e9);
        var report = OurTraining.Train(trial, text).Single();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Training loss {report.TrainLoss:0.000} (published {Published:0.00} ± {Tolerance:0.00}), " +
            $"validation loss {report.ValLoss:0.000}, accuracy {report.ValAccuracy:0.000}; {report.SamplesPerSecond:0} windows/s, " +
            $"{report.Seconds:0} s."));
        return Math.Abs(report.TrainLoss - Published) <= Tolerance ? 0 : 1;
    }
}
