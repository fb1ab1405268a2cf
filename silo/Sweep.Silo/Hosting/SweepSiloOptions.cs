using System.ComponentModel.DataAnnotations;

namespace Sweep.Silo.Hosting;

/// <summary>What a silo is told at its start: by the environment (<c>SWEEP_SLOTS=4</c>), appsettings.json or the command line (<c>--slots 4</c>).</summary>
public sealed class SweepSiloOptions
{
    /// <summary>Connection string of the cluster's database. Required.</summary>
    [Required(ErrorMessage = "postgres: found nothing; name the cluster's database: SWEEP_POSTGRES=\"Host=…\" or --postgres \"Host=…\".")]
    public string Postgres { get; set; } = "";

    /// <summary>Trials that it trains at one time. Default: one a GPU, or one a core where there is none.</summary>
    [Range(0, 1024, ErrorMessage = "slots: expected a whole number from 0 to 1024.")]
    public int? Slots { get; set; }

    /// <summary>Devices to use, separated by commas: cpu, cuda:0, …. Default: every GPU that nvidia-smi lists, or cpu.</summary>
    [RegularExpression(@"(cpu|cuda:\d+)(,(cpu|cuda:\d+))*", ErrorMessage = "devices: expected cpu, or GPUs such as cuda:0,cuda:1.")]
    public string? Devices { get; set; }

    /// <summary>CPU threads of each trainer. One is fastest where as many trials run as there are cores.</summary>
    [Range(1, 1024, ErrorMessage = "threads: expected a whole number from 1 to 1024.")]
    public int Threads { get; set; } = 1;

    /// <summary>Unique in the cluster. Default: the host's name and a random end.</summary>
    public string? Name { get; set; }

    /// <summary>Address on which other silos and clients reach this one.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port for other silos; 0 picks a free one.</summary>
    [Range(0, 65535, ErrorMessage = "siloport: expected a port from 0 to 65535.")]
    public int SiloPort { get; set; }

    /// <summary>Port for clients; 0 picks a free one.</summary>
    [Range(0, 65535, ErrorMessage = "gatewayport: expected a port from 0 to 65535.")]
    public int GatewayPort { get; set; }

    /// <summary>Port of <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> on the loopback address; 0 picks a free one.</summary>
    [Range(0, 65535, ErrorMessage = "httpport: expected a port from 0 to 65535.")]
    public int HttpPort { get; set; }

    /// <summary>Folder of the program Sweep.Trainer. Default: the one beside this program's.</summary>
    public string? Trainer { get; set; }

    /// <summary><c>stdin</c>: stop when the standard input ends, which is when the parent process does.</summary>
    [AllowedValues(null, "stdin", ErrorMessage = "parent: expected stdin, or nothing.")]
    public string? Parent { get; set; }

    /// <exception cref="ValidationException">A value is wrong; the message is one line.</exception>
    public static SweepSiloOptions From(IConfiguration configuration)
    {
        SweepSiloOptions options;
        try
        {
            options = configuration.Get<SweepSiloOptions>() ?? new();
        }
        catch (InvalidOperationException error)
        {
            throw new ValidationException(error.InnerException?.Message ?? error.Message);
        }

        Validator.ValidateObject(options, new(options), validateAllProperties: true);
        return options;
    }
}
