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

    /// <summary>The variables that say how many threads a library may start.</summary>
    private static readonly string[] ThreadNames = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"];

    /// <summary>
    /// Makes the environment of a program from the few variables that every program needs, from the slot and from the sweep file, of which
    /// the later one wins.
    /// </summary>
    /// <param name="own">The variables of the process that starts the program.</param>
    /// <param name="device">cpu, or cuda:0 and so on.</param>
    /// <param name="threads">The slot's share of the cores.</param>
    /// <param name="trial">What the program is told of its trial.</param>
    /// <param name="file">Those of the sweep file.</param>
    public static IReadOnlyDictionary<string, string> Of(
        IEnumerable<KeyValuePair<string, string>> own,
        string device,
        int threads,
        IReadOnlyDictionary<string, string> trial,
        IReadOnlyDictionary<string, string>? file)
    {
        var variables = own
            .Where(variable => Inherited.Contains(variable.Key) || variable.Key.StartsWith("LC_", StringComparison.Ordinal))
            .ToDictionary();
        foreach (var name in ThreadNames)
            variables[name] = threads.ToString(CultureInfo.InvariantCulture);
        variables["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";
        // Without a device the variable is empty, so that a program on a CPU's slot takes no GPU from another slot.
        variables["CUDA_VISIBLE_DEVICES"] = device.StartsWith("cuda:", StringComparison.Ordinal) ? device[5..] : "";
        // What a program prints is read at once, and not when its buffer is full.
        variables["PYTHONUNBUFFERED"] = "1";
        foreach (var (name, value) in file ?? new Dictionary<string, string>())
            variables[name] = value;
        foreach (var (name, value) in trial)
            variables[name] = value;
        variables["SWEEP_DEVICE"] = device;
        variables["SWEEP_WIRE"] = Version.ToString(CultureInfo.InvariantCulture);
        return variables;
    }
}
