using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Sweep.Domain.Programs;
using Sweep.Grains;
using Sweep.Security;
using Sweep.Storage.Connections;

namespace Sweep.Silo.Hosting;

/// <summary>
/// The options of a silo, from the command line (<c>--slots 4</c>), the environment (<c>SWEEP_SLOTS=4</c>), or appsettings.json beside the
/// program.
/// </summary>
public sealed class SweepSiloOptions
{
    /// <summary>The cluster's database: <c>Host=…;Database=…</c> or <c>postgresql://…</c>. Required.</summary>
    [Required(
        ErrorMessage = "postgres: found nothing; name the cluster's database: SWEEP_POSTGRES=\"Host=…\" or --postgres \"Host=…\".")]
    public string Postgres { get; set; } = "";

    /// <summary>A file that holds the database's password, for a connection string without one.</summary>
    [ConfigurationKeyName("postgres_password_file")]
    public string? PostgresPasswordFile { get; set; }

    /// <summary>
    /// Trials that the silo trains at the same time. Default: <see cref="SlotsPerGpu"/> for each GPU, or one for each core on a machine
    /// without GPUs.
    /// </summary>
    [Range(0, 1024, ErrorMessage = "slots: expected a whole number from 0 to 1024.")]
    public int? Slots { get; set; }

    /// <summary>Devices to use, separated by commas: cpu, cuda:0, …. Default: every GPU that nvidia-smi lists, or cpu.</summary>
    [RegularExpression(@"(cpu|cuda:\d+)(,(cpu|cuda:\d+))*", ErrorMessage = "devices: expected cpu, or GPUs such as cuda:0,cuda:1.")]
    public string? Devices { get; set; }

    /// <summary>
    /// Trials on one GPU at the same time, each in its own slot. It decides the number of slots when <see cref="Slots"/> is not given.
    /// Default: 1.
    /// </summary>
    [Range(1, 64, ErrorMessage = "slots-per-gpu: expected a whole number from 1 to 64.")]
    public int SlotsPerGpu { get; set; } = 1;

    /// <summary>Labels that sweeps may ask for in <c>resources.require</c>, separated by commas: gpu=h200,rack=3. Default: none.</summary>
    [RegularExpression(
        @"[A-Za-z0-9._-]+(=[A-Za-z0-9._-]+)?(,[A-Za-z0-9._-]+(=[A-Za-z0-9._-]+)?)*",
        ErrorMessage = "labels: expected words such as gpu=h200,rack=3.")]
    public string? Labels { get; set; }

    /// <summary>worker trains, control hosts sweeps and the scheduler, both does both. Default: both.</summary>
    [RegularExpression("(?i)worker|control|both", ErrorMessage = "role: expected worker, control or both.")]
    public string Role { get; set; } = "both";

    /// <summary>CPU threads of each trainer. One is fastest when as many trials run as there are cores. Default: 1.</summary>
    [Range(1, 1024, ErrorMessage = "threads: expected a whole number from 1 to 1024.")]
    public int Threads { get; set; } = 1;

    /// <summary>
    /// Beginning of the silo's name. The end is random, so that a new process is never mistaken for an earlier one. Default: the host's
    /// name.
    /// </summary>
    [RegularExpression("[A-Za-z0-9._-]{1,80}", ErrorMessage = "name: expected at most 80 letters, digits, dots, dashes and underscores.")]
    public string? Name { get; set; }

    /// <summary>
    /// Address on which the silo listens and on which other silos and clients reach it: an IP address or a host name. An address beyond
    /// loopback requires <see cref="Certificates"/>. Default: 127.0.0.1.
    /// </summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>
    /// Folder with <c>ca.crt</c>, <c>tls.crt</c> and <c>tls.key</c>. With it silos and clients use TLS and check each other's certificates.
    /// Default: none, and the silo only has connections within its machine.
    /// </summary>
    public string? Certificates { get; set; }

    /// <summary>Port for other silos; 0 picks a free one. Default: 0.</summary>
    [Range(0, 65535, ErrorMessage = "silo-port: expected a port from 0 to 65535.")]
    public int SiloPort { get; set; }

    /// <summary>Port for clients; 0 picks a free one. Default: 0.</summary>
    [Range(0, 65535, ErrorMessage = "gateway-port: expected a port from 0 to 65535.")]
    public int GatewayPort { get; set; }

    /// <summary>
    /// Address on which the silo serves <c>/metrics</c>, <c>/sd</c>, <c>/healthz</c>, <c>/readyz</c> and <c>/dashboard</c>, in plain text
    /// and to everybody: an address of this machine, or 0.0.0.0 for all of them. Default: 127.0.0.1.
    /// </summary>
    public string HttpAddress { get; set; } = "127.0.0.1";

    /// <summary>Port on <see cref="HttpAddress"/>; 0 picks a free one. Default: 0.</summary>
    [Range(0, 65535, ErrorMessage = "http-port: expected a port from 0 to 65535.")]
    public int HttpPort { get; set; }

    /// <summary>
    /// Format of the log on standard error: text writes lines for people; json writes one object a line, with sweep, trial and attempt in
    /// its scopes. Default: text.
    /// </summary>
    [RegularExpression("(?i)text|json", ErrorMessage = "log-format: expected text or json.")]
    public string LogFormat { get; set; } = "text";

    /// <summary>Whether to serve the Orleans dashboard under <c>/dashboard</c>. Default: no.</summary>
    public bool Dashboard { get; set; }

    /// <summary>
    /// File whose only line is the password of the dashboard, which everybody must then give. Default: none, and only this machine can see
    /// the dashboard.
    /// </summary>
    public string? DashboardPasswordFile { get; set; }

    /// <summary>Folder of the program Sweep.Trainer. Default: the folder beside this program's own.</summary>
    public string? Trainer { get; set; }

    /// <summary>Folder of the program Sweep.Runner. Default: the folder beside this program's own.</summary>
    public string? Runner { get; set; }

    /// <summary>
    /// Whether the silo runs programs of sweep files, which may do on its machine whatever the silo's user may. Default: no.
    /// </summary>
    public bool Programs { get; set; }

    /// <summary>Seconds to wait for a database that does not answer when the silo starts. Default: 60.</summary>
    [Range(0, 86_400, ErrorMessage = "wait: expected whole seconds from 0 to 86400.")]
    public int Wait { get; set; } = 60;

    /// <summary>
    /// <c>stdin</c> makes the silo join at the first line of standard input, and stop when standard input ends, which it does when the
    /// parent process ends. Default: none.
    /// </summary>
    [AllowedValues(null, "stdin", ErrorMessage = "parent: expected stdin, or nothing.")]
    public string? Parent { get; set; }

    /// <exception cref="ValidationException">A value is wrong. The message is one line.</exception>
    public static SweepSiloOptions From(IConfiguration configuration)
    {
        SweepSiloOptions options;
        try
        {
            options = configuration.Get<SweepSiloOptions>() ?? new();
        }
        catch (InvalidOperationException error) when (error.InnerException is { } inner)
        {
            // The binder's own message names a .NET type, which means nothing to a user, so the option is found by its value instead.
            var key = configuration.AsEnumerable().FirstOrDefault(
                pair => pair.Value is { Length: > 0 } value && inner.Message.StartsWith(value + " ", StringComparison.Ordinal));
            throw new ValidationException(
                key.Key is null
                    ? inner.Message
                    : $"{key.Key.ToLowerInvariant()}: found {key.Value}; expected " +
                      $"{(inner.Message.Contains("Boolean", StringComparison.Ordinal) ? "true or false" : "a whole number")}.");
        }

        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        try
        {
            options.Postgres = PostgresAddress.Resolve(options.Postgres, options.PostgresPasswordFile, configuration["certificates"]);
            // This finds values that do not fit together, and does not connect yet.
            Database.Open(options.Postgres).Dispose();
        }
        catch (Exception error) when (error is FormatException or ArgumentException or NotSupportedException)
        {
            throw new ValidationException($"postgres: {error.Message}");
        }

        return options;
    }

    /// <summary>Resolves <see cref="Address"/> to an IP address.</summary>
    /// <exception cref="ValidationException">No name server knows it.</exception>
    public IPAddress FindAddress() => Resolve("address", Address, "write an IP address of this machine that the others reach");

    /// <summary>Resolves <see cref="HttpAddress"/> to the IP address on which the HTTP endpoints listen.</summary>
    /// <exception cref="ValidationException">No name server knows it.</exception>
    // Addresses in numbers are parsed first, since a name server has no answer for 0.0.0.0.
    public IPAddress FindHttpAddress() =>
        IPAddress.TryParse(HttpAddress, out var numbers)
            ? numbers
            : Resolve("http-address", HttpAddress, "write an address of this machine, or 0.0.0.0 for all of them");

    /// <summary>Opens the silo's certificates; null when there are none and the silo listens on a loopback address.</summary>
    /// <exception cref="CertificateException">
    /// The certificates cannot be used, or there are none and other machines could reach the silo.
    /// </exception>
    public CertificateFolder? OpenCertificates() =>
        Certificates is { Length: > 0 } folder ? CertificateFolder.Open(folder, CertificateRole.Silo)
        : IPAddress.IsLoopback(FindAddress()) ? null
        : throw new CertificateException(
            $"certificates: found none; a silo listens beyond loopback, on {Address}, only with certificates. " +
            $"{PlainMiddleware.Advice("silo")}");

    /// <summary>Reads the dashboard's password; null when it has none.</summary>
    /// <exception cref="ValidationException">The file cannot be read, or is empty.</exception>
    public string? ReadDashboardPassword()
    {
        try
        {
            return DashboardPasswordFile is null ? null : PasswordFile.Read(DashboardPasswordFile);
        }
        catch (FormatException error)
        {
            throw new ValidationException($"dashboard-password-file: {error.Message}");
        }
    }

    private static IPAddress Resolve(string option, string found, string advice)
    {
        try
        {
            // An empty name is refused, since .NET would resolve it to the addresses of this machine.
            return Dns.GetHostAddresses(found.Length > 0 ? found : throw new ArgumentException("it is empty"))
                .OrderBy(address => address.AddressFamily != AddressFamily.InterNetwork)
                .First();
        }
        catch (Exception error) when (error is SocketException or ArgumentException or InvalidOperationException)
        {
            throw new ValidationException($"{option}: found {found}, which cannot be resolved ({error.Message}); {advice}.");
        }
    }

    public SiloRole SiloRole => Enum.Parse<SiloRole>(Role, ignoreCase: true);

    public IReadOnlyList<string> LabelList =>
        [.. Labels?.Split(',') ?? [], .. Programs ? [ProgramSpec.WorkerLabel] : Array.Empty<string>()];
}
