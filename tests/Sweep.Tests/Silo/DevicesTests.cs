using System.ComponentModel.DataAnnotations;
using Sweep.Grains;
using Sweep.Silo.Hosting;

namespace Sweep.Tests.Silo;

public sealed class DevicesTests
{
    [Fact]
    public void Lines_of_nvidia_smi_become_devices()
    {
        var devices = Devices.Parse("0, GPU-1b3c, 1024, 81559, 37\n1, GPU-7d2e, 0, 81559, [N/A]\n");
        Assert.Equal([new DeviceUse("cuda:0", 1024L << 20, 81559L << 20, 0.37), new DeviceUse("cuda:1", 0, 81559L << 20, 0)], devices);
    }

    [Fact]
    public void A_part_of_a_GPU_is_a_device_whose_use_is_not_known() =>
        Assert.Equal([new DeviceUse("cuda:0", 0, 0, 0)], Devices.Parse("0, GPU-1b3c, 10, 100, 0\n", "MIG-90aa"));

    [Theory]
    [InlineData(null, new[] { 10, 20, 30 })]
    [InlineData("2,0", new[] { 30, 10 })]
    [InlineData("GPU-7d", new[] { 20 })]
    [InlineData("1, 7, 0", new[] { 20 })]
    [InlineData("0,0", new int[0])]
    [InlineData("", new int[0])]
    [InlineData("-1", new int[0])]
    public void Devices_are_counted_as_CUDA_shows_them(string? visible, int[] used)
    {
        var devices = Devices.Parse("0, GPU-1b3c, 10, 100, 0\n1, GPU-7d2e, 20, 100, 0\n2, GPU-90aa, 30, 100, 0\n", visible);
        Assert.Equal(used.Select((mebibytes, index) => new DeviceUse($"cuda:{index}", (long)mebibytes << 20, 100L << 20, 0)), devices);
    }

    [Fact]
    public void Other_lines_than_those_of_nvidia_smi_become_no_devices() => Assert.Empty(Devices.Parse("No devices were found\n"));

    [Fact]
    public void Without_a_GPU_there_is_one_slot_for_each_core() =>
        Assert.Equal(["cpu", "cpu", "cpu"], Devices.ForSlots([], null, 4, cores: 3));

    [Fact]
    public void With_GPUs_there_is_one_slot_for_each_GPU() =>
        Assert.Equal(["cuda:0", "cuda:1"], Devices.ForSlots(["cuda:0", "cuda:1"], null, 1, cores: 64));

    [Fact]
    public void Several_slots_on_a_GPU_are_shared_out_in_turn() =>
        Assert.Equal(["cuda:0", "cuda:1", "cuda:0", "cuda:1"], Devices.ForSlots(["cuda:0", "cuda:1"], null, 2, cores: 64));

    [Theory]
    [InlineData(8, 0, 8, true)]
    [InlineData(8, 0, 9, false)]
    [InlineData(8, 6, 2, true)]
    [InlineData(8, 6, 3, false)]
    [InlineData(8, 8, 1, true)]
    public void More_slots_on_a_GPU_than_its_measured_memory_has_room_for_are_refused(int totalGiB, int usedGiB, int slots, bool fits)
    {
        var measured = new DeviceUse("cuda:0", (long)usedGiB << 30, (long)totalGiB << 30, 0);
        var check = () => Devices.Require(Enumerable.Repeat("cuda:0", slots).Append("cpu"), [measured]);
        if (fits)
            check();
        else
            Assert.Contains(
                $"slots-per-gpu: found {slots} slots on cuda:0", Assert.Throws<ValidationException>(check).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_GPU_that_is_not_there_is_refused_where_others_are_measured()
    {
        Devices.Require(["cuda:1", "cpu"], []);
        Devices.Require(["cuda:0", "cpu"], [new DeviceUse("cuda:0", 0, 0, 0)]);
        Assert.Equal(
            "devices: found cuda:1; this machine shows cuda:0.",
            Assert.Throws<ValidationException>(() => Devices.Require(["cuda:1"], [new DeviceUse("cuda:0", 0, 0, 0)])).Message);
    }

    [Fact]
    public void More_slots_than_devices_are_shared_out_in_turn() =>
        Assert.Equal(["cuda:0", "cuda:1", "cuda:0"], Devices.ForSlots(["cuda:0", "cuda:1"], 3, 1, cores: 64));
}
