using Sweep.Grains;
using Sweep.Silo.Hosting;

namespace Sweep.Tests.Silo;

public sealed class DevicesTests
{
    [Fact]
    public void Lines_of_nvidia_smi_become_devices()
    {
        var devices = Devices.Parse("0, 1024, 81559, 37\n1, 0, 81559, [N/A]\n");
        Assert.Equal([new DeviceUse("cuda:0", 1024L << 20, 81559L << 20, 0.37), new DeviceUse("cuda:1", 0, 81559L << 20, 0)], devices);
    }

    [Fact]
    public void What_is_not_a_line_of_nvidia_smi_is_no_device() => Assert.Empty(Devices.Parse("No devices were found\n"));

    [Fact]
    public void Without_a_GPU_there_is_a_slot_a_core() => Assert.Equal(["cpu", "cpu", "cpu"], Devices.ForSlots([], null, 3));

    [Fact]
    public void With_GPUs_there_is_a_slot_a_GPU() => Assert.Equal(["cuda:0", "cuda:1"], Devices.ForSlots(["cuda:0", "cuda:1"], null, 64));

    [Fact]
    public void More_slots_than_devices_are_shared_out_in_turn() => Assert.Equal(["cuda:0", "cuda:1", "cuda:0"], Devices.ForSlots(["cuda:0", "cuda:1"], 3, 64));
}
