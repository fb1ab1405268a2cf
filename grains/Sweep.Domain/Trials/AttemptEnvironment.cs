using static System.FormattableString;

namespace Sweep.Domain.Trials;

/// <summary>Where an attempt trains: what may change the bits of its results, besides the trial itself.</summary>
/// <param name="Torch">The version of libtorch that is loaded, such as <c>2.10.0</c>; null where a program trains.</param>
/// <param name="Processor">The model of the processor.</param>
/// <param name="Capability">
/// The instructions that libtorch uses on this processor, such as <c>AVX2</c>; null where a program trains.
/// </param>
/// <param name="Threads">Threads of libtorch within the trial, or those that a program is told.</param>
/// <param name="Device">cpu, or cuda:0 and so on.</param>
/// <param name="Gpu">The model of the GPU; null on a CPU.</param>
/// <param name="Driver">The version of the GPU's driver; null on a CPU.</param>
/// <param name="Precision">The precision of products on a GPU; null for float32.</param>
public sealed record AttemptEnvironment(
    string? Torch, string Processor, string? Capability, int Threads, string Device, string? Gpu = null, string? Driver = null,
    Precision? Precision = null)
{
    private bool IsOnGpu => Device != "cpu";

    /// <summary>
    /// What the bits of a training depend on. On a GPU the processor computes nothing of it, and each GPU of a model gives the same bits.
    /// libtorch brings CUDA's libraries along, so the driver does not matter.
    /// </summary>
    private (string?, string?, int, Precision?) Arithmetic =>
        IsOnGpu ? (Torch, Gpu, 0, Precision) : ($"{Torch} {Capability}", Processor, Threads, null);

    /// <summary>Whether the same training may end with other last bits there.</summary>
    public bool MayDifferInBits(AttemptEnvironment other) => IsOnGpu != other.IsOnGpu || Arithmetic != other.Arithmetic;

    private string Tf32 => Precision == Trials.Precision.Tf32 ? ", TF32" : "";

    public override string ToString() =>
        Torch is null ? Invariant($"{Processor} ({Device}, {CountedThreads})")
        : IsOnGpu ? $"{Gpu ?? "a GPU of unknown model"} (torch {Torch}, driver {Driver ?? "unknown"}{Tf32})"
        : Invariant($"{Processor} (torch {Torch}, {Capability}, {CountedThreads})");

    private string CountedThreads => Invariant($"{Threads} {(Threads == 1 ? "thread" : "threads")}");
}
