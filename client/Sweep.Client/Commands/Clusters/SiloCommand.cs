using System.CommandLine;
using Sweep.Client.Commands.Parts;
using Sweep.Client.Errors;
using Sweep.Client.Local;
using Sweep.Client.Output;
using static Sweep.Client.Commands.Parts.MachineOptions;

namespace Sweep.Client.Commands.Clusters;

/// <summary>Starts a silo in place of this process, so that signals reach the silo and its exit code is what the shell sees.</summary>
internal static class SiloCommand
{
    private static readonly Option<string?>[] Options =
    [
        Text("--name", "text", "Beginning of its name; the end is random. The host's name unless given."),
        Text("--role", "role", "worker, control or both; both unless given. Sweeps and the scheduler live on control silos."),
        .. All,
        Text("--labels", "list", "What sweeps may ask for in resources.require: gpu=h200,rack=3."),
        Text(
            "--address",
            "address",
            "Where other silos and clients reach this one, and where it listens; 127.0.0.1 unless given. "
            + "Beyond loopback --certificates are needed."),
        Text("--silo-port", "port", "For other silos; a free one unless given."),
        Text("--gateway-port", "port", "For clients; a free one unless given."),
        Text(
            "--http-address",
            "address",
            "Where /metrics, /sd, /healthz, /readyz and /dashboard are served, to whoever asks; "
            + "127.0.0.1 unless given, 0.0.0.0 for every address."),
        Text("--http-port", "port", "For these; a free one unless given."),
        Text("--wait", "seconds", "How long a database that does not answer is waited for at the start; 60 unless given."),
        Text("--log-format", "form", "text, or json with sweep, trial and attempt in scope; text unless given."),
        Text(
            "--dashboard-password-file",
            "file",
            "Holds the password that everybody must give for the dashboard; without it only this machine sees it."),
    ];

    private static readonly Option<bool> Dashboard = new("--dashboard") { Description = "Serve the Orleans dashboard under /dashboard." };

    private static readonly Option<bool> Programs = new("--programs")
    {
        Description = "Run programs of sweep files, which may do here whatever this user may.",
    };

    public static Command Create(Terminal terminal)
    {
        var command = new DocumentedCommand(
            "silo",
            "Joins the cluster behind a database as a silo, until SIGTERM or Ctrl-C: " +
            "then what runs writes checkpoints and goes on elsewhere. " +
            "Each option may also come from the environment: SWEEP_SLOTS=4, SWEEP_SILOPORT=11111.",
            "sweep silo --postgres \"Host=db;Database=sweep;Username=sweep\" --address 10.0.0.7 --certificates certs/silo",
            "sweep silo --postgres postgresql://sweep@db/sweep --address gpu1 --certificates certs/silo " +
            "--labels gpu=h200 --slots-per-gpu 4",
            "sweep silo --role control")
            .Runs(terminal, context =>
            {
                var connection = context.Choice.ConnectionString
                    ?? throw new WrongInputException(
                        "silo: found no database; name the cluster's: --postgres \"Host=…\" or SWEEP_POSTGRES. "
                        + "For a cluster on this machine alone, use `sweep up`.");
                string[] given =
                [
                    .. Options.SelectMany(option => context.Value(option) is { } value ? new[] { option.Name, value } : []),
                    .. new[] { Programs, Dashboard }.Where(option => context.Value(option)).Select(option => option.Name),
                ];
                // The connection string goes through the environment: it may hold a password, and every user can read command lines.
                ProgramReplacement.Run(
                    [.. SiloProgram.Find(), .. given],
                    ("SWEEP_POSTGRES", connection),
                    ("SWEEP_CERTIFICATES", context.Choice.Certificates ?? ""));
                return Task.FromResult(ExitCode.Done);
            });
        foreach (var option in Options)
            command.Add(option);
        command.Add(Programs);
        command.Add(Dashboard);
        return command;
    }
}
