using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using TorchSharp;

namespace Sweep.Trainer;

/// <summary>Finds libtorch and loads it, before the first use of a tensor.</summary>
internal static partial class Libtorch
{
    public const string Unknown = "unknown";

    private const string Choices =
        $"Use the default build (the CPU package beside the program), build with -p:Torch=cuda for NVIDIA GPUs, " +
        $"or name the folder of an existing libtorch_cpu.so in {TrainerEnvironment.Libtorch}.";

    /// <param name="folder">Where libtorch_cpu.so is; null for the folder <c>libtorch</c> beside the program.</param>
    /// <exception cref="LibtorchException">
    /// libtorch is missing, cannot be loaded, or does not see the device. The message says what to use instead.
    /// </exception>
    public static void Load(string? folder, torch.Device device)
    {
        var program = AppContext.BaseDirectory;
        var natives = Natives(folder);
        // Versions before 0.2 had libtorch there, and files of an older version stay when a newer one is copied over it.
        if (File.Exists(Path.Combine(program, "libtorch_cpu.so")))
            throw new LibtorchException(
                $"{program} holds a libtorch_cpu.so of an older version, which TorchSharp would load beside that in {natives}. " +
                "Remove the program's folder and install it again.");
        try
        {
            // Loads by path and in this order, so that each library finds the symbols of those before it and the linker's search path does
            // not matter.
            NativeLibrary.Load(Found(natives, "libc10.so"));
            NativeLibrary.Load(Found(natives, "libtorch_cpu.so"));
            foreach (var optional in new[] { "libc10_cuda.so", "libtorch_cuda.so" }
                .Select(name => Path.Combine(natives, name))
                .Where(File.Exists))
                NativeLibrary.Load(optional);
            NativeLibrary.Load(Found(natives, "libtorch.so"));
            NativeLibrary.Load(Found(program, "libLibTorchSharp.so"));
            torch.InitializeDeviceType(DeviceType.CPU);
            if (device.type == DeviceType.CUDA)
            {
                RequireCuda(natives, device);
                MakeRepeatable(natives);
            }
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or FileNotFoundException
            or NotSupportedException or TypeInitializationException or EntryPointNotFoundException)
        {
            throw new LibtorchException($"libtorch cannot be loaded from {natives}: {OneLine(error.Message)} {Choices}");
        }
    }

    /// <summary>
    /// The version of the loaded libtorch, such as <c>2.10.0</c>, and the instructions that it uses on this processor, such as <c>AVX2</c>.
    /// Both are what the library itself tells; TorchSharp knows only for which version it was built.
    /// </summary>
    public static (string Version, string Capability) Description(string? folder)
    {
        var library = NativeLibrary.Load(Found(Natives(folder), "libtorch_cpu.so"));
        var settings = Text(library, "_ZN2at11show_configB5cxx11Ev") ?? "";
        var version = VersionSetting().Match(settings) is { Success: true } match ? match.Groups[1].Value : Unknown;
        return (version, Text(library, "_ZN2at18get_cpu_capabilityB5cxx11Ev") ?? Unknown);
    }

    [GeneratedRegex(@"\bTORCH_VERSION=([^,\s]+)")]
    private static partial Regex VersionSetting();

    /// <summary>
    /// Calls a function of C++ that takes nothing and returns a std::string. The answer is null where the library has no such function.
    /// </summary>
    private static unsafe string? Text(nint library, string function)
    {
        if (!NativeLibrary.TryGetExport(library, function, out var address))
            return null;
        // The caller provides the room for the result, which begins with the address of the characters and their number. The characters
        // are never freed, since this is called twice in the life of the process.
        var room = stackalloc nint[4];
        ((delegate* unmanaged<nint*, nint*>)address)(room);
        return Encoding.UTF8.GetString((byte*)room[0], (int)room[1]);
    }

    /// <summary>Sets the precision of products on a GPU.</summary>
    public static void Use(Precision precision)
    {
        torch.backends.cuda.matmul.allow_tf32 = precision == Precision.Tf32;
        torch.backends.cudnn.allow_tf32 = precision == Precision.Tf32;
    }

    private static string Natives(string? folder) => folder ?? Path.Combine(AppContext.BaseDirectory, "libtorch");

    /// <summary>
    /// Asks for results on a GPU that are the same bit for bit each time: float32 in full precision, and only algorithms whose order of
    /// additions is fixed. An operation that has no such algorithm then fails instead of giving other bits.
    /// </summary>
    private static unsafe void MakeRepeatable(string natives)
    {
        Use(Precision.Float32);
        // TorchSharp has no call for these settings of at::globalContext().
        var library = NativeLibrary.Load(Found(natives, "libtorch_cpu.so"));
        var context = ((delegate* unmanaged<nint>)Export("_ZN2at13globalContextEv"))();
        ((delegate* unmanaged<nint, byte, void>)Export("_ZN2at7Context21setDeterministicCuDNNEb"))(context, 1);
        ((delegate* unmanaged<nint, byte, byte, void>)Export("_ZN2at7Context26setDeterministicAlgorithmsEbb"))(context, 1, 0);
        // New tensors would otherwise be filled with NaN, which costs a launch each.
        ((delegate* unmanaged<nint, byte, void>)Export("_ZN2at7Context39setDeterministicFillUninitializedMemoryEb"))(context, 0);

        nint Export(string name) => NativeLibrary.GetExport(library, name);
    }

    private static void RequireCuda(string natives, torch.Device device)
    {
        if (!torch.TryInitializeDeviceType(DeviceType.CUDA) || !torch.cuda.is_available())
        {
            var reason = File.Exists(Path.Combine(natives, "libtorch_cuda.so"))
                ? "libtorch sees no CUDA device: check the driver with nvidia-smi."
                : $"the libtorch in {natives} was built without CUDA.";
            throw new LibtorchException($"{TrainerEnvironment.Device} is {device}, and {reason} {Choices}");
        }

        if (device.index >= torch.cuda.device_count())
            throw new LibtorchException(
                $"{TrainerEnvironment.Device} is {device}, and libtorch sees {torch.cuda.device_count()} CUDA devices, counted from 0.");
    }

    private static string Found(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{name} is not there.");
    }

    private static string OneLine(string text) => text.Split('\n')[0].Trim();
}

/// <summary>No tensor can be made in this process.</summary>
internal sealed class LibtorchException(string message) : Exception(message);
