using System.Collections;
using System.ComponentModel.DataAnnotations;

namespace Sweep.Silo.Hosting;

/// <summary>
/// Where a silo's options come from, the later before the earlier: <c>appsettings.json</c> beside the program, <c>SWEEP_…</c> of the
/// environment, the command line. Nothing else counts: no file of the current folder, and no variable that ASP.NET Core, Kestrel or Orleans
/// would obey by themselves.
/// </summary>
internal static class SiloConfiguration
{
    /// <param name="arguments">The command line.</param>
    /// <param name="folder">The program's; null for this one's.</param>
    /// <exception cref="ValidationException">The file or the command line cannot be read; the message is one line.</exception>
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

    /// <summary>What the host itself reads: OpenTelemetry's own variables, which say where traces go.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OfTelemetry() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value));
}
