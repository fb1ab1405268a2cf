using System.Runtime.InteropServices;
using System.Text;

namespace Sweep.Trainer;

/// <summary>What NVIDIA's driver tells of itself and of a GPU. Each answer is null where the driver does not give it.</summary>
internal static unsafe class NvidiaDriver
{
    private const int Room = 256;

    /// <summary>
    /// The model of a GPU, counted as libtorch counts them, which obeys CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER.
    /// Source: cuDeviceGetName in the reference of CUDA's driver API.
    /// </summary>
    public static string? DeviceName(int index)
    {
        if (Function("libcuda.so.1", "cuInit") is not { } initialize
            || Function("libcuda.so.1", "cuDeviceGet") is not { } get
            || Function("libcuda.so.1", "cuDeviceGetName") is not { } getName)
            return null;
        var device = 0;
        var name = stackalloc byte[Room];
        return ((delegate* unmanaged<uint, int>)initialize)(0) == 0
            && ((delegate* unmanaged<int*, int, int>)get)(&device, index) == 0
            && ((delegate* unmanaged<byte*, int, int, int>)getName)(name, Room, device) == 0
                ? Text(name)
                : null;
    }

    /// <summary>
    /// The version of the driver, such as <c>580.159.04</c>. Source: nvmlSystemGetDriverVersion in the reference of NVML.
    /// </summary>
    public static string? Version()
    {
        if (Function("libnvidia-ml.so.1", "nvmlInit_v2") is not { } initialize
            || Function("libnvidia-ml.so.1", "nvmlSystemGetDriverVersion") is not { } getVersion)
            return null;
        var version = stackalloc byte[Room];
        return ((delegate* unmanaged<int>)initialize)() == 0 && ((delegate* unmanaged<byte*, uint, int>)getVersion)(version, Room) == 0
            ? Text(version)
            : null;
    }

    private static nint? Function(string library, string name) =>
        NativeLibrary.TryLoad(library, out var handle) && NativeLibrary.TryGetExport(handle, name, out var address) ? address : null;

    private static string Text(byte* characters)
    {
        var bytes = new ReadOnlySpan<byte>(characters, Room);
        return Encoding.UTF8.GetString(bytes[..Math.Max(0, bytes.IndexOf((byte)0))]);
    }
}
