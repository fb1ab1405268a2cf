using Sweep.Domain.Trials;

namespace Sweep.Trainer;

/// <summary>Finds out where this process trains, once libtorch is loaded.</summary>
internal static class TorchEnvironment
{
    public static AttemptEnvironment Of(TrainerSettings settings)
    {
        var (version, capability) = Libtorch.Description(settings.Libtorch);
        var index = settings.Device.StartsWith("cuda:", StringComparison.Ordinal)
            ? int.Parse(settings.Device["cuda:".Length..], System.Globalization.CultureInfo.InvariantCulture)
            : (int?)null;
        return new(
            version,
            Processor(),
            capability,
            settings.Threads,
            settings.Device,
            index is { } gpu ? NvidiaDriver.DeviceName(gpu) : null,
            index is null ? null : NvidiaDriver.Version());
    }

    /// <summary>The model of the first processor. Source: proc_cpuinfo(5).</summary>
    private static string Processor()
    {
        try
        {
            var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() is { Length: > 0 } model ? model : Libtorch.Unknown;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Libtorch.Unknown;
        }
    }
}
