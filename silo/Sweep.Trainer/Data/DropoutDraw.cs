using TorchSharp;
using static TorchSharp.torch;

namespace Sweep.Trainer.Data;

/// <summary>
/// The random numbers that decide which states one training step drops. They depend on nothing but the seed and the device's kind.
/// torch's own dropout draws from a generator of the process, whose state would have to be saved.
/// </summary>
internal sealed class DropoutDraw : IDisposable
{
    private readonly Device _device;
    private readonly Generator? _generator;

    public DropoutDraw(ulong seed, Device device)
    {
        _device = device;
        // TorchSharp makes generators of CPUs only. Nothing else draws from a GPU's own generator, so that it is set to the seed instead.
        if (device.type == DeviceType.CUDA)
            cuda.manual_seed_all(unchecked((long)seed));
        else
            _generator = new(seed, device);
    }

    /// <summary>The next numbers, float32 in [0, 1).</summary>
    public Tensor Uniform(long[] shape) => rand(shape, device: _device, generator: _generator);

    public void Dispose() => _generator?.Dispose();
}
