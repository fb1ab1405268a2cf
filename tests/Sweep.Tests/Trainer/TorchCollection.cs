using TorchSharp;

namespace Sweep.Tests.Trainer;

/// <summary>
/// The tests that use libtorch within the tests' process. They run one after the other, since the whole process shares the seed of new
/// weights.
/// </summary>
[CollectionDefinition(Name)]
public sealed class TorchCollection : ICollectionFixture<TorchCollection>
{
    public const string Name = "libtorch";

    public TorchCollection() => torch.set_num_threads(1);
}
