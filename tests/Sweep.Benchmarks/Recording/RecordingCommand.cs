using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sweep.Processes;

namespace Sweep.Benchmarks.Recording;

/// <summary>Records a terminal while <c>sweep run</c> trains the example, and writes the recording as the SVG of the README.</summary>
public static class RecordingCommand
{
    private const int Width = 100;
    private const int Height = 24;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <param name="arguments">The file to write.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var file])
        {
            Console.Error.WriteLine("recording: write the file to make, docs/live.svg.");
            return 2;
        }

        using var folder = new TemporaryFolder("recording");
        var (log, timing) = (Path.Combine(folder.Path, "output"), Path.Combine(folder.Path, "timing"));
        // One of the learning rates makes its trials fail, so that the recording shows a failure.
        var command = $"stty cols {Width} rows {Height}; dotnet {BuiltPrograms.Client} run examples/next-character.yaml " +
            "--set parameters.epochs=25 --set parameters.hidden_size=64 " +
            "--set 'parameters.learning_rate={values: [0.005, 1.0e300]}' --set 'parameters.sequence_length={values: [10, 20]}'";
        var start = new ProcessStartInfo("script", ["--quiet", "--flush", "--log-out", log, "--log-timing", timing, "--command", command])
        {
            WorkingDirectory = BuiltPrograms.Repository,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["SWEEP_HOME"] = Path.Combine(folder.Path, "home"), ["TERM"] = "xterm-256color" },
        };
        Directory.CreateDirectory(Path.Combine(folder.Path, "home"));
        using var process = Process.Start(start)!;
        var shown = process.StandardOutput.ReadToEndAsync();
        await Task.Delay(TimeSpan.FromSeconds(12));
        // These keys open a trial and go back.
        foreach (var key in new[] { "j", "\r", "\e" })
        {
            await process.StandardInput.WriteAsync(key);
            await process.StandardInput.FlushAsync();
            await Task.Delay(TimeSpan.FromSeconds(2.5));
        }

        await process.WaitForExitAsync();
        await shown;
        var frames = Frames(await File.ReadAllBytesAsync(log), await File.ReadAllLinesAsync(timing));
        SvgRecording.Of(frames).Save(file);
        Console.WriteLine($"{file}: {frames.Count} screens of {frames[^1].At.TotalSeconds:0.0} s");
        return 0;
    }

    /// <summary>Returns the screen after each second in which it changed.</summary>
    private static List<(TimeSpan At, IReadOnlyList<ScreenCell[]> Rows)> Frames(byte[] output, string[] timing)
    {
        var screen = new Screen(Width, Height);
        var frames = new List<(TimeSpan At, IReadOnlyList<ScreenCell[]> Rows)>();
        var decoder = Encoding.UTF8.GetDecoder();
        // The first line of the log is written by script itself.
        var (at, position) = (TimeSpan.Zero, Array.IndexOf(output, (byte)'\n') + 1);
        foreach (var line in timing)
        {
            if (line.Split(' ') is not [var delay, var count, ..]
                || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                continue;
            at += TimeSpan.FromSeconds(double.Parse(delay, CultureInfo.InvariantCulture));
            var letters = new char[bytes];
            var length = decoder.GetChars(output, position, Math.Min(bytes, output.Length - position), letters, 0);
            position += bytes;
            screen.Write(new string(letters, 0, length));
            if (frames.Count == 0 || at - frames[^1].At >= Step)
                frames.Add((at, screen.Rows));
            else
                frames[^1] = (frames[^1].At, screen.Rows);
        }

        return frames;
    }
}
