using System.Globalization;

namespace Sweep.Domain.Programs;

/// <summary>The variables that a program sees. docs/programs.md describes them.</summary>
public static class ProgramEnvironment
{
    /// <summary>The version of what a program and its runner say to each other.</summary>
    public const int Version = 1;

    /// <summary>Each process of a program has it, so that none of them outlives the runner.</summary>
    public const string Mark = "SWEEP_MARK";

    private static readonly string[] Inherited = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH"];

    private const string VisibleDevices = "CUDA_VISIBLE_DEVICES";

    private const string Gpu = "cuda:";

    /// <summary>The variables that say how many threads a library may start.</summary>
    private static readonly string[] ThreadNames = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"];

    /// <summary>
    /// Makes the environment of a program from the few variables that every program needs, from the slot and from the sweep file, of which
    /// the later one wins.
    /// </summary>
    /// <param name="own">The variables of the process that starts the program.</param>
    /// <param name="devices">The device of each slot that the trial takes: cpu, or cuda:0 and so on.</param>
    /// <param name="threads">The share of the cores of these slots.</param>
    /// <param name="trial">What the program is told of its trial.</param>
    /// <param name="file">Those of the sweep file.</param>
    public static IReadOnlyDictionary<string, string> Of(
        IEnumerable<KeyValuePair<string, string>> own,
        IReadOnlyList<string> devices,
        int threads,
        IReadOnlyDictionary<string, string> trial,
        IReadOnlyDictionary<string, string>? file)
    {
        var shown = own.Where(variable => variable.Key == VisibleDevices).Select(variable => variable.Value.Split(',')).FirstOrDefault();
        string[] gpus = [.. devices.Distinct().Where(device => device.StartsWith(Gpu, StringComparison.Ordinal)).Select(Name)];
        var variables = own
            .Where(variable => Inherited.Contains(variable.Key) || variable.Key.StartsWith("LC_", StringComparison.Ordinal))
            .ToDictionary();
        foreach (var name in ThreadNames)
            variables[name] = threads.ToString(CultureInfo.InvariantCulture);
        variables["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";
        // Without a device the variable is empty, so that a program on a CPU's slot takes no GPU from another slot.
        variables[VisibleDevices] = string.Join(',', gpus);
        // What a program prints is read at once, and not when its buffer is full.
        variables["PYTHONUNBUFFERED"] = "1";
        foreach (var (name, value) in file ?? new Dictionary<string, string>())
            variables[name] = value;
        foreach (var (name, value) in trial)
            variables[name] = value;
        // The program counts the devices that it sees from 0.
        variables["SWEEP_DEVICE"] = gpus.Length > 0 ? Gpu + "0" : "cpu";
        variables["SWEEP_WIRE"] = Version.ToString(CultureInfo.InvariantCulture);
        return variables;

        // A silo that sees only some devices counts these from 0, too.
        string Name(string device) => int.Parse(device[Gpu.Length..], CultureInfo.InvariantCulture) is var index && index < shown?.Length
            ? shown[index].Trim()
            : device[Gpu.Length..];
    }
}
