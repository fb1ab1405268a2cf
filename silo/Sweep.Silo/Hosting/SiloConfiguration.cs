using System.Collections;
using System.ComponentModel.DataAnnotations;
using Sweep.Silo.Delivery;

namespace Sweep.Silo.Hosting;

/// <summary>
/// The sources of a silo's options: <c>appsettings.json</c> beside the program, then <c>SWEEP_…</c> variables of the environment,
/// then the command line. A later source overrides an earlier one. Files of the current folder and the variables that ASP.NET Core,
/// Kestrel or Orleans read by themselves are ignored.
/// </summary>
internal static class SiloConfiguration
{
    /// <param name="arguments">The command line.</param>
    /// <param name="folder">Folder of <c>appsettings.json</c>; null for this program's folder.</param>
    /// <exception cref="ValidationException">The file or the command line cannot be read. The message is one line.</exception>
    public static IConfiguration Read(string[] arguments, string? folder = null)
    {
        var file = Path.Combine(folder ?? AppContext.BaseDirectory, "appsettings.json");
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(file, optional: true)
                .AddEnvironmentVariables("SWEEP_")
                .AddConfiguration(SiloCommandLine.Parse(arguments))
                .Build();
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            var why = OneLine.Of(error.GetBaseException().Message);
            throw new ValidationException($"appsettings.json: found {file}, which cannot be read ({why}); mend it, or take it away.");
        }
    }

    /// <summary>The variables of OpenTelemetry, which the host reads and which decide where traces are sent.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OfTelemetry() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value));
}
