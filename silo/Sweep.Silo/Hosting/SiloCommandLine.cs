using System.ComponentModel.DataAnnotations;

namespace Sweep.Silo.Hosting;

/// <summary>The silo's command line. <c>--silo-port 11111</c> means the same as <c>SWEEP_SILOPORT=11111</c> in the environment.</summary>
public static class SiloCommandLine
{
    private static readonly string[] Names =
    [
        "postgres", PasswordFile, "slots", "devices", "slots-per-gpu", "labels", "role", "threads", "name", "address", "certificates",
        "silo-port", "gateway-port",
        "http-address", "http-port", "log-format", "dashboard", "dashboard-password-file", "trainer", "runner", "programs", "wait",
        "parent",
    ];

    /// <summary>
    /// The only option whose variable has underscores, because the client has the same variable: <c>SWEEP_POSTGRES_PASSWORD_FILE</c>.
    /// </summary>
    private const string PasswordFile = "postgres-password-file";

    /// <summary>The options that may stand without a value, which means true.</summary>
    private static readonly string[] Flags = ["--dashboard", "--programs"];

    /// <exception cref="ValidationException">An option is unknown or has no value. The message is one line.</exception>
    public static IConfiguration Parse(string[] arguments)
    {
        var given = new List<string>();
        for (var index = 0; index < arguments.Length; index++)
        {
            var (name, hasValue) = arguments[index].Split('=', 2) is [var before, _] ? (before, true) : (arguments[index], false);
            if (!name.StartsWith("--", StringComparison.Ordinal) || !Names.Contains(name[2..]))
                throw new ValidationException($"silo: found {name}; expected one of --{string.Join(", --", Names)}.");
            given.Add(arguments[index]);
            if (hasValue)
                continue;
            if (Flags.Contains(name))
                given.Add("true");
            else if (++index < arguments.Length)
                given.Add(arguments[index]);
            else
                throw new ValidationException($"silo: found {name} without a value; write it behind it.");
        }

        return new ConfigurationBuilder()
            .AddCommandLine(
                [.. given],
                Names.ToDictionary(
                    name => "--" + name, name => name.Replace("-", name == PasswordFile ? "_" : "", StringComparison.Ordinal)))
            .Build();
    }
}
