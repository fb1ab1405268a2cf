using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.Extensions.Configuration;
using Sweep.Silo.Hosting;

namespace Sweep.Fuzzing;

/// <summary>The arguments of the silo's program, one argument a line.</summary>
public sealed class SiloOptionsTarget : FuzzTarget
{
    public override string Name => "silo-options";

    public override IReadOnlyList<byte[]> Inputs { get; } =
    [
        .. new[]
        {
            "--postgres\nHost=db;Database=sweep;Username=sweep\n--address\n10.0.0.7",
            "--postgres=postgresql://sweep:secret@db:5433/sweep\n--slots=4\n--labels\ngpu=h200,rack=3",
            "--postgres\nHost=db\n--devices\ncuda:0,cuda:1\n--slots-per-gpu\n4\n--dashboard\n" +
            "--role\nworker\n--log-format\njson\n--http-port\n9100",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override IReadOnlyList<string> Scraps { get; } =
    [
        "\n", "\n--", "=", ":", ";", ",", "--dashboard\n", "--slots\n-1", "--name\n", "--threads\n1e3", "--parent\nstdin", "\0", "é",
        "99999999999", "true", "postgresql://", "%zz", "@", "/", "?", "Host=", "Port=x", "'", "\"",
    ];

    public override Task ReadAsync(byte[] input)
    {
        string[] arguments = [.. Encoding.UTF8.GetString(input).Split('\n').Where(argument => argument.Length > 0)];
        try
        {
            _ = SweepSiloOptions.From(new ConfigurationBuilder().AddConfiguration(SiloCommandLine.Parse(arguments)).Build());
        }
        catch (ValidationException error) when (!error.Message.Contains('\n'))
        {
            // The reader may refuse an input.
        }

        return Task.CompletedTask;
    }
}
