using System.CommandLine;
using System.CommandLine.Parsing;
using Sweep.Client.Errors;
using Sweep.Client.Output;

namespace Sweep.Client.Commands.Parts;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string?> Postgres { get; } = new("--postgres")
    {
        Description = "The cluster's database: Host=…;Database=… or postgresql://…  " +
            "Without it SWEEP_POSTGRES; without that, a private cluster on this machine.",
        HelpName = "connection",
        Recursive = true,
    };

    public static Option<string?> Certificates { get; } = new("--certificates")
    {
        Description = "Folder with ca.crt, tls.crt and tls.key, for a cluster beyond this machine; `sweep certs` makes them. " +
            "Without it SWEEP_CERTIFICATES.",
        HelpName = "folder",
        Recursive = true,
    };

    public static Option<string?> PostgresPasswordFile { get; } = new("--postgres-password-file")
    {
        Description = "Holds the database's password, for a connection without one. Without it SWEEP_POSTGRES_PASSWORD_FILE.",
        HelpName = "file",
        Recursive = true,
    };

    public static Option<bool> Yes() => new("--yes") { Description = "Do not ask." };

    public static Option<OutputFormat> Output { get; } = new("--output-format", "-o")
    {
        Description = "table, json or csv; table unless given.",
        HelpName = "format",
        DefaultValueFactory = _ => OutputFormat.Table,
        CustomParser = result => result.Tokens[0].Value switch
        {
            "table" => OutputFormat.Table,
            "json" => OutputFormat.Json,
            "csv" => OutputFormat.Csv,
            var other => Refuse(result, $"-o: found {other}; expected table, json or csv."),
        },
    };

    public static Argument<string> File() => new("FILE") { Description = "The sweep file." };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Replaces a key of the file, as often as you like: parameters.epochs=10, dataset.path=text.txt.",
        HelpName = "key=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    public static Option<bool> Detach() => new("--detach")
    {
        Description = "Do not wait for the end; without a cluster, `sweep up` comes first.",
    };

    public static Argument<SweepAddress> Sweep(string description = "The sweep's name.") => new("SWEEP")
    {
        Description = description,
        CustomParser = result => Read(
            result, address => address.Trial is null ? null : $"found {address}; expected the name of a sweep, without a trial's number."),
    };

    public static Argument<SweepAddress> SweepOrTrial() => new("SWEEP[/N]")
    {
        Description = "The sweep's name, or one trial of it: next-character/3.",
        CustomParser = result => Read(result, _ => null),
    };

    public static Argument<SweepAddress> Trial() => new("SWEEP/N")
    {
        Description = "A trial: the sweep's name and the trial's number, next-character/3.",
        CustomParser = result => Read(
            result, address => address.Trial is null ? $"found {address}; expected a trial's number after the name: {address}/1." : null),
    };

    private static SweepAddress Read(ArgumentResult result, Func<SweepAddress, string?> complain)
    {
        try
        {
            var address = SweepAddress.Parse(result.Tokens[0].Value);
            if (complain(address) is { } complaint)
                result.AddError($"{result.Argument.Name}: {complaint}");
            return address;
        }
        catch (WrongInputException error)
        {
            result.AddError($"{result.Argument.Name}: {error.Message}");
            return default;
        }
    }

    private static OutputFormat Refuse(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }
}
