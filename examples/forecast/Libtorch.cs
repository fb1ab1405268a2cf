using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Forecast;

/// <summary>
/// Loads libtorch from where NuGet has put it, or from the folder that the variable LIBTORCH names (<c>program.environment</c>), so that it
/// is not packed with the program.
/// </summary>
internal static class Libtorch
{
    /// <summary>
    /// The device to compute on. libtorch of NuGet's default package knows CPUs alone, and one with CUDA is named by LIBTORCH.
    /// </summary>
    /// <param name="name">cpu, or cuda:0 and so on, as <c>trial.Device</c> says it.</param>
    public static torch.Device Load(string name)
    {
        var folder = Environment.GetEnvironmentVariable("LIBTORCH")
            ?? typeof(Libtorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Libtorch").Value!;
        // In this order each finds the symbols of those before it.
        foreach (var library in new[] { "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so" })
        {
            var path = Path.Combine(folder, library);
            if (!library.EndsWith("_cuda.so", StringComparison.Ordinal) || File.Exists(path))
                NativeLibrary.Load(path);
        }

        NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));
        torch.InitializeDeviceType(DeviceType.CPU);
        if (name == "cpu" || (torch.TryInitializeDeviceType(DeviceType.CUDA) && torch.cuda.is_available()))
            return torch.device(name);
        Console.WriteLine($"The libtorch in {folder} sees no {name}, so the CPU computes.");
        return torch.CPU;
    }
}
