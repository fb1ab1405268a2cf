using System.Buffers;
using System.Text.Json;

namespace Sweep;

/// <summary>The two pipes between this program and Sweep's runner: reports, a line of JSON each, and their answers.</summary>
internal sealed class RunnerPipes
{
    private readonly FileStream _reports;
    private readonly StreamReader _answers;
    private readonly ArrayBufferWriter<byte> _line = new();

    public RunnerPipes(string reports, string answers)
    {
        _reports = Open(reports, FileAccess.Write);
        _answers = new(Open(answers, FileAccess.Read));
    }

    /// <summary>
    /// Says that reports come by the pipe, and that what the program prints is none. It waits for the answer, since the runner could
    /// otherwise read sooner what is printed later.
    /// </summary>
    /// <returns>Whether the program may go on.</returns>
    public bool SayHello() => Ask(json => json.WriteNumber("hello", 1));

    /// <summary>Writes a report and waits for its answer. The runner reads the checkpoint meanwhile.</summary>
    /// <param name="epoch">Null to ask without a report.</param>
    /// <returns>Whether the program may go on.</returns>
    public bool Ask(int? epoch, ReadOnlySpan<(string Name, double Value)> metrics)
    {
        var members = metrics.ToArray();
        return Ask(json =>
        {
            if (epoch is { } number)
                json.WriteNumber("epoch", number);
            foreach (var (name, value) in members)
            {
                json.WritePropertyName(name);
                // The runner understands NaN and Infinity, for which JSON has no number.
                if (double.IsFinite(value))
                    json.WriteNumberValue(value);
                else
                    json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
            }
        });
    }

    private bool Ask(Action<Utf8JsonWriter> members)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            members(json);
            json.WriteBoolean("answer", true);
            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        // In one piece, so that no other writer comes between.
        _reports.Write(_line.WrittenSpan);
        return _answers.ReadLine() == "go-on";
    }

    private static FileStream Open(string path, FileAccess access) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = access,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    });
}
