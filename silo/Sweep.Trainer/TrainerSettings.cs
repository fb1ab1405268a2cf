using System.Globalization;
using System.Text.RegularExpressions;
using Sweep.Domain.Protocol;

namespace Sweep.Trainer;

/// <summary>The trainer's settings from the environment variables that <see cref="TrainerEnvironment"/> lists.</summary>
internal sealed partial record TrainerSettings(string Device, int Threads, string? Libtorch)
{
    /// <param name="read">Returns the value of an environment variable, or null.</param>
    /// <exception cref="TrainerSettingsException">A variable has a value that it does not accept.</exception>
    public static TrainerSettings From(Func<string, string?> read)
    {
        var device = Read(TrainerEnvironment.Device) ?? "cpu";
        if (!Devices().IsMatch(device))
            throw new TrainerSettingsException($"{TrainerEnvironment.Device}: found {device}; expected cpu, or cuda:0 and so on.");
        var threads = Read(TrainerEnvironment.Threads) ?? "1";
        // libtorch aborts the process when it is given 0 threads.
        if (!int.TryParse(threads, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
            throw new TrainerSettingsException($"{TrainerEnvironment.Threads}: found {threads}; expected a whole number of at least 1.");
        return new(device, count, Read(TrainerEnvironment.Libtorch));

        string? Read(string name) => read(name) is { Length: > 0 } value ? value : null;
    }

    [GeneratedRegex(@"^(cpu|cuda:\d{1,2})$")]
    private static partial Regex Devices();
}

/// <summary>The environment holds a value that a trainer cannot use.</summary>
internal sealed class TrainerSettingsException(string message) : Exception(message);
