using System.Reflection;
using System.Runtime.InteropServices;

namespace Forecast;

/// <summary>
/// Loads libtorch from where NuGet has put it, or from the folder that the variable LIBTORCH names (<c>program.environment</c>), so that it
/// is not packed with the program.
/// </summary>
internal static class Libtorch
{
    public static void Load()
    {
        var folder = Environment.GetEnvironmentVariable("LIBTORCH")
            ?? typeof(Libtorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Libtorch").Value!;
        // In this order each finds the symbols of those before it.
        foreach (var library in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
            NativeLibrary.Load(Path.Combine(folder, library));
        NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));
    }
}
